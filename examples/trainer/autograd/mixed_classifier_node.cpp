// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/mixed_classifier_node.hpp"

#include "autograd/elementwise.hpp"
#include "autograd/loss_inputs.hpp"
#include "autograd/loss_node.hpp"
#include "autograd/rows.hpp"
#include "autograd/shapes.hpp"

#include <mixcon/engine/executor.hpp>

#include <vector>

namespace mixcon_train {
inline namespace autograd {

namespace {

/// What the loss is where a device has kernels for it: InfoNCE of features and mixed classifiers, both with one number
/// more, which is 1 and the bias.
using objective_of_rows = mixcon::objective<mixcon::info_nce, mixcon::dot_product>;

bool has_kernels(device& on) {
  loss_kernels* const kernels = on.losses();
  return kernels != nullptr && kernels->has(typeid(loss_of_rows<objective_of_rows, mixcon::detail::numbered_diagonal>));
}

/// share * rows[labels], and zeros where a sample has no share.
variable share_of(const variable& rows, const std::vector<index_t>& labels, const std::vector<double>& share) {
  std::vector<index_t> from = labels;
  for (std::size_t i = 0; i < from.size(); ++i)
    if (share[i] == 0) from[i] = -1;
  const index_t samples = static_cast<index_t>(from.size());
  return multiply(gather_rows(rows, from), variable(tensor_of(rows.on(), {samples, 1}, share.data())));
}

variable loss_by_kernels(const mixcon::infinite_class_mixup& loss, const mixcon::pair_targets& targets,
                         const variable& features, const variable& weights, const variable& bias) {
  using axis = mixcon::infinite_class_mixup::axis;
  const shape &x = features.extents(), &w = weights.extents();
  const mixcon::classifier_gradients<float> none;
  mixcon::detail::check_mixed_classifiers(mixcon::detail::mixed_classifiers<float>{
      targets, {nullptr, {x[0], x[1]}}, {nullptr, {w[0], w[1]}}, {nullptr, {bias.extents()[0]}}, none});

  objective_of_rows criterion{mixcon::info_nce{.temperature = 1}, mixcon::dot_product{}};
  criterion.direction = {.rows = loss.softmax_over == axis::pairs ? 0.0 : 1.0,
                         .columns = loss.softmax_over == axis::classes ? 0.0 : 1.0};
  const bool hides = loss.same_classifiers == mixcon::infinite_class_mixup::duplicates::hide;
  std::vector<double> others;
  for (const double lambda : targets.lambda) others.push_back(1 - lambda);
  const variable classifiers = concatenate_channels(weights, reshape(bias, {w[0], 1}));
  const variable mixed =
      add(share_of(classifiers, targets.own, targets.lambda), share_of(classifiers, targets.partner, others));
  const variable anchors = concatenate_channels(features, variable(filled(features.on(), {x[0], 1}, 1)));
  return contrastive_loss(criterion, mixcon::detail::numbered_classifiers(targets, hides), anchors, {mixed});
}

}  // namespace

variable mixed_classifier_loss(const mixcon::infinite_class_mixup& loss, const mixcon::pair_targets& targets,
                               const variable& features, const variable& weights, const variable& bias) {
  detail::require_rank("mixed_classifier_loss", features, 2, "features (samples, width)");
  detail::require_rank("mixed_classifier_loss", weights, 2, "weights (classes, width)");
  detail::require_rank("mixed_classifier_loss", bias, 1, "a bias for each class");
  if (has_kernels(features.on())) return loss_by_kernels(loss, targets, features, weights, bias);
  return with_numbers(features.on(), [&](auto number) {
    using T = decltype(number);
    detail::loss_inputs<T> inputs({features, weights, bias});
    const mixcon::classifier_gradients<T> wanted{inputs.slope(0), inputs.slope(1), inputs.slope_of_numbers(2)};
    const auto made =
        mixcon::value_and_grad(mixcon::tiled{.threads = features.on().threads()}, loss, targets, inputs.rows(0),
                               inputs.rows(1), inputs.numbers(2), wanted, detail::memory_of_losses());
    return inputs.with_value(static_cast<double>(made.value));
  });
}

}  // namespace autograd
}  // namespace mixcon_train
