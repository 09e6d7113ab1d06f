// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `torch_loss` of features under a classifier that is a part of the loss: Infinite Class Mixup.

#include <mixcon/mix/labels/pair_targets.hpp>
#include <mixcon/torch/labelled.hpp>
#include <mixcon/torch/node.hpp>
#include <mixcon/torch/threads.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The loss of features (N, D) of mixed images under a classifier, weights (K, D) and bias (K), all of one type: of
/// `infinite_class_mixup`, as a scalar of torch's graph, differentiable by all three. Otherwise as `torch_loss` over
/// pairs.
///
///   const at::Tensor loss = torch_loss(infinite_class_mixup{}, targets, features, weight, bias);
template <detail::Engine Executor, detail::TorchOwnLoss Loss>
at::Tensor torch_loss(const Executor& engine, const Loss& loss, const pair_targets& targets, const at::Tensor& features,
                      const at::Tensor& weight, const at::Tensor& bias) {
  constexpr const char* function = "torch_loss";
  detail::require_host_tensor(function, "features", features);
  detail::require_host_tensor(function, "weight", weight);
  detail::require_host_tensor(function, "bias", bias);
  detail::torch_inputs inputs;  // where two are one tensor, autograd adds their gradients
  inputs.add(features), inputs.add(weight), inputs.add(bias);
  return detail::as_torch_node(inputs, [&](at::TensorList, at::TensorList to) {
    double value = 0;
    detail::with_element_of<float, double, bfloat16, half>(function, "features", features, [&](auto number) {
      using E = decltype(number);
      using T = accumulate_t<E>;
      const auto x = detail::view_of_torch<const E, 2>(function, "features", features);
      const auto w = detail::view_of_torch<const E, 2>(function, "weight", weight);
      const auto b = detail::view_of_torch<const E, 1>(function, "bias", bias);
      vector_view<T> by_bias{};
      if (to[2].defined()) by_bias = detail::view_of_torch<T, 1>(function, "a gradient", to[2]);
      value = static_cast<double>(value_and_grad(engine, loss, targets, x, w, b,
                                                 {.features = detail::view_of_gradient<T>(to[0]),
                                                  .weight = detail::view_of_gradient<T>(to[1]),
                                                  .bias = by_bias})
                                      .value);
    });
    return value;
  });
}
/// The same by `tiled` on as many threads as torch uses (at::get_num_threads).
template <detail::TorchOwnLoss Loss>
at::Tensor torch_loss(const Loss& loss, const pair_targets& targets, const at::Tensor& features,
                      const at::Tensor& weight, const at::Tensor& bias) {
  return torch_loss(detail::as_many_threads_as_torch(), loss, targets, features, weight, bias);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
