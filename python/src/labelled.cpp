// SPDX-License-Identifier: BSD-3-Clause
#include "fields.hpp"
#include "runners.hpp"

#include <mixcon/engine/tiled.hpp>
#include <mixcon/losses/all_losses.hpp>

namespace mixcon_python {

namespace {

/// The two labels of mixed samples: those of their partners are given, or the partners are.
pair_targets pairs_of(const any_targets& targets) {
  const index_t samples = targets.labels.size();
  const bool has_partners = targets.partner.size() == samples;
  MIXCON_REQUIRE(
      targets.of == any_targets::kind::labels && (has_partners || targets.candidate_labels.size() == samples),
      "targets.Mixed: ", samples, " labels, ", targets.partner.size(), " partners and ",
      targets.candidate_labels.size(), " labels of partners; expected one partner, or its label, a sample");
  MIXCON_REQUIRE(targets.lambda.extent(0) == 1 || targets.lambda.extent(0) == samples,
                 "targets.Mixed: ", targets.lambda.extent(0), " lambdas for ", samples,
                 " samples; expected one, or one a sample");
  pair_targets pairs;
  pairs.ignored = targets.ignored;
  for (index_t i = 0; i < samples; ++i) {
    const index_t partner = has_partners ? targets.partner[i] : 0;
    MIXCON_REQUIRE(partner >= 0 && partner < samples, "targets.Mixed: the partner of sample ", i, " is ", partner,
                   "; expected an index in [0, ", samples, ")");
    pairs.own.push_back(targets.labels[i]);
    pairs.partner.push_back(has_partners ? targets.labels[partner] : targets.candidate_labels[i]);
    pairs.lambda.push_back(targets.lambda[targets.lambda.extent(0) == 1 ? 0 : i]);
  }
  return pairs;
}

template <class T>
answer as_answer(const loss_result<T>& found) {
  return {static_cast<double>(found.value), found.anchors_used};
}

template <class E>
answer run_labelled(const n_pairs& loss, const request& call) {
  const label_targets targets{.labels = call.targets->labels, .ignored = call.targets->ignored};
  const auto z = view_of<const E, 2>(call.arrays[0]);
  using T = accumulate_t<E>;
  std::vector<T> unwanted;
  auto gradient = view_of<T, 2>(call.gradients.at(0));
  if (!gradient) {
    unwanted.resize(static_cast<std::size_t>(z.extent(0) * z.extent(1)));
    gradient = matrix_view<T>{unwanted.data(), z.extents()};
  }
  return as_answer(value_and_grad(tiled{call.threads, call.pool}, loss, targets, z, gradient));
}
template <class T>
gradients<T> by_logits(const request& call) {
  gradients<T> wanted;
  if (call.gradients.at(0)) wanted.logits = view_of<T, 2>(call.gradients[0]);
  return wanted;
}
template <class E>
answer run_labelled(const decoupled_mixup& loss, const request& call) {
  const auto logits = view_of<const E, 2>(call.arrays[0]);
  return as_answer(value_and_grad(tiled{call.threads, call.pool}, loss, pairs_of(*call.targets), given_logits{logits},
                                  by_logits<accumulate_t<E>>(call)));
}
template <class E>
answer run_labelled(const soft_binary_cross_entropy& loss, const request& call) {
  const auto logits = view_of<const E, 2>(call.arrays[0]);
  MIXCON_REQUIRE(call.targets->of == any_targets::kind::table,
                 "soft_binary_cross_entropy: expected targets.Table of soft labels (N, K)");
  const auto soft = call.targets->table;
  return as_answer(value_and_grad(tiled{call.threads, call.pool}, loss, soft, given_logits{logits},
                                  by_logits<accumulate_t<E>>(call)));
}
template <class E>
answer run_labelled(const infinite_class_mixup& loss, const request& call) {
  MIXCON_REQUIRE(call.arrays.size() == 3, "infinite_class_mixup: expected features, weight and bias");
  const auto features = view_of<const E, 2>(call.arrays[0]), weight = view_of<const E, 2>(call.arrays[1]);
  const auto bias = view_of<const E, 1>(call.arrays[2]);
  using T = accumulate_t<E>;
  classifier_gradients<T> wanted;
  if (call.gradients.at(0)) wanted.features = view_of<T, 2>(call.gradients[0]);
  if (call.gradients.at(1)) wanted.weight = view_of<T, 2>(call.gradients[1]);
  if (call.gradients.at(2)) wanted.bias = view_of<T, 1>(call.gradients[2]);
  return as_answer(
      value_and_grad(tiled{call.threads, call.pool}, loss, pairs_of(*call.targets), features, weight, bias, wanted));
}

template <class Loss>
answer run(const request& call) {
  return for_element(call,
                     []<class E>(const request& c) { return run_labelled<E>(loss_of<Loss>(c.settings->fields), c); });
}

}  // namespace

runner runner_of_labelled(std::string_view type) {
  runner found = nullptr;
  all_losses::for_each([&](const auto& listed) {
    using loss = typename std::remove_cvref_t<decltype(listed)>::type;
    if constexpr (std::remove_cvref_t<decltype(listed)>::shape == loss_shape::labelled)
      if (name_of<loss>() == type) found = &run<loss>;
  });
  return found;
}

}  // namespace mixcon_python
