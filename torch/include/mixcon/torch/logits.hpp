// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `torch_loss` of logits that exist already, such as a classifier's outputs.

#include <mixcon/core/require.hpp>
#include <mixcon/engine/given_logits.hpp>
#include <mixcon/torch/labelled.hpp>
#include <mixcon/torch/loss.hpp>

#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Logits that exist already, (N, M), in the place of anchors and candidates, as `given_logits`.
struct torch_logits {
  at::Tensor tensor;
};

namespace detail {

/// What such a loss takes as labels: its own, or a view of soft labels (N, K) that are a tensor.
template <class T, class Labels>
decltype(auto) labels_of_torch(const Labels& labels) {
  if constexpr (std::is_same_v<Labels, at::Tensor>)
    return view_of_torch<const T, 2>("torch_loss", "targets", labels);
  else
    return (labels);
}

}  // namespace detail

/// The loss of given logits (N, M) as a scalar of torch's graph, with a gradient by the logits, by soft targets that
/// are a tensor, and by what is learned. Otherwise as `torch_loss` of rows.
///
///   const at::Tensor loss = torch_loss(soft_cross_entropy(), soft_labels, torch_logits{outputs});
template <Executor Engine, Objective Criterion, detail::TorchTargets Pairs>
at::Tensor torch_loss(const Engine& engine, const Criterion& objective, const Pairs& targets,
                      const torch_logits& logits, const torch_numbers& learned = {}) {
  constexpr const char* function = "torch_loss";
  detail::require_host_tensor(function, "logits", logits.tensor);
  detail::torch_inputs inputs;
  inputs.add(logits.tensor);
  const std::size_t at_targets = detail::place_of_targets(inputs, targets);
  const detail::placed_numbers numbers(inputs, learned);
  return detail::as_torch_node(inputs, [&](at::TensorList given, at::TensorList to) {
    double value = 0;
    const Criterion criterion = numbers.applied(objective, given);
    detail::with_element_of<float, double, bfloat16, half>(function, "logits", logits.tensor, [&](auto number) {
      using E = decltype(number);
      using T = accumulate_t<E>;
      const auto entries = detail::view_of_torch<const E, 2>(function, "logits", logits.tensor);
      const given_logits on_hand{entries};
      const auto& pairs = detail::targets_of_torch<T>(targets);
      if (!detail::any_defined(to)) {
        saved_for<Criterion, decltype(entries)> saved;
        value = static_cast<double>(forward(engine, criterion, pairs, on_hand, saved).value);
        return;
      }
      gradients<T> wanted;
      wanted.logits = detail::view_of_gradient<T>(to[0]);
      if (at_targets != 0) wanted.targets = detail::view_of_gradient<T>(to[at_targets]);
      numbers.ask_for(wanted, to);
      value = static_cast<double>(value_and_grad(engine, criterion, pairs, on_hand, wanted).value);
    });
    numbers.finish(given, to);
    return value;
  });
}
template <Objective Criterion, detail::TorchTargets Pairs>
at::Tensor torch_loss(const Criterion& objective, const Pairs& targets, const torch_logits& logits,
                      const torch_numbers& learned = {}) {
  return torch_loss(detail::as_many_threads_as_torch(), objective, targets, logits, learned);
}

/// The same of a loss of classifier outputs that is no objective: `soft_binary_cross_entropy` with soft labels (N, K)
/// as a tensor of the type computed in, `decoupled_mixup` with `pair_targets`. Labels have no gradient: refused where
/// they require one.
template <Executor Engine, class Labels, detail::TorchOwnLoss Loss>
at::Tensor torch_loss(const Engine& engine, const Loss& loss, const Labels& labels, const torch_logits& logits) {
  constexpr const char* function = "torch_loss";
  detail::require_host_tensor(function, "logits", logits.tensor);
  if constexpr (std::is_same_v<Labels, at::Tensor>)
    MIXCON_REQUIRE(!labels.requires_grad() || !at::GradMode::is_enabled(),
                   "torch_loss: the soft labels require a gradient, and this loss has none by them; pass "
                   "labels.detach()");
  detail::torch_inputs inputs;
  inputs.add(logits.tensor);
  detail::place_of_targets(inputs, labels);
  return detail::as_torch_node(inputs, [&](at::TensorList, at::TensorList to) {
    double value = 0;
    detail::with_element_of<float, double, bfloat16, half>(function, "logits", logits.tensor, [&](auto number) {
      using E = decltype(number);
      using T = accumulate_t<E>;
      const auto entries = detail::view_of_torch<const E, 2>(function, "logits", logits.tensor);
      const given_logits on_hand{entries};
      gradients<T> wanted;
      wanted.logits = detail::view_of_gradient<T>(to[0]);
      const auto& of_samples = detail::labels_of_torch<T>(labels);
      value = static_cast<double>(value_and_grad(engine, loss, of_samples, on_hand, wanted).value);
    });
    return value;
  });
}
template <class Labels, detail::TorchOwnLoss Loss>
at::Tensor torch_loss(const Loss& loss, const Labels& labels, const torch_logits& logits) {
  return torch_loss(detail::as_many_threads_as_torch(), loss, labels, logits);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
