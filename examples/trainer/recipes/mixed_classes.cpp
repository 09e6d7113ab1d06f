// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/mixed_classes.hpp"

#include "autograd/loss_inputs.hpp"
#include "autograd/mixed_classifier_node.hpp"
#include "autograd/over_ranks.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

namespace {

using loss_type = mixcon::infinite_class_mixup;

loss_type loss_called(const mixed_class_options& chosen) {
  return {
      .softmax_over = chosen.axis == "class"  ? loss_type::axis::classes
                      : chosen.axis == "pair" ? loss_type::axis::pairs
                                              : loss_type::axis::both,
      .same_classifiers = chosen.duplicates == "masked" ? loss_type::duplicates::hide : loss_type::duplicates::keep};
}

/// The loss where all logits are equal: the mean logarithm of how many are seen, along each axis that counts.
double chance_of(const loss_type& loss, const mixcon::pair_targets& targets) {
  const bool hides = loss.same_classifiers == loss_type::duplicates::hide;
  const mixcon::scratch<std::int32_t> number =
      mixcon::detail::numbered_classifiers(targets, hides, autograd::detail::memory_of_losses()).number;
  double sum = 0;
  for (const std::int32_t own : number)
    sum += std::log(static_cast<double>(number.size() + 1) - static_cast<double>(std::ranges::count(number, own)));
  return (loss.softmax_over == loss_type::axis::both ? 2 : 1) * sum / static_cast<double>(number.size());
}

}  // namespace

mixed_class_loss loss_of_mixed_classes(const mixed_class_options& chosen, network& net, const variable& features,
                                       const mixcon::pair_targets& targets) {
  const loss_type loss = loss_called(chosen);
  const linear_layer& classes = net.last_layer();
  const variable all = rows_of_all_ranks(features);  // a sample of another rank is a class here too
  const auto of_all = [&] { return mixed_classifier_loss(loss, targets, all, classes.weight(), classes.bias()); };
  return {mean_over_ranks(features.on(), of_all), chance_of(loss, targets)};
}

std::vector<preferred_value> paper_of_mixed_classes(sample_kind kind, const char* alpha) {
  if (kind != sample_kind::image) return {};
  // by the defaults of the published code (its page speaks of a ResNet-32 too); the views are the usual ones of CIFAR
  return {{"arch", "resnet34"},
          {"width", "64"},
          {"epochs", "200"},
          {"batch", "128"},
          {"lr", "0.1"},
          {"schedule", "steps"},
          {"milestones", "0.25,0.5,0.75"},
          {"factor", "0.2"},
          {"warm-up", "0"},
          {"weight-decay", "5e-4"},
          {"alpha", alpha},
          {"axis", "dual"},
          {"shift", "4"},
          {"flip", "0.5"},
          {"erase", "0"}};
}

}  // namespace recipes
}  // namespace mixcon_train
