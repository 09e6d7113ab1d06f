// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `torch_loss` of rows with labels that is no objective: N-pairs.

#include <mixcon/contrast/doors.hpp>
#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/torch/node.hpp>
#include <mixcon/torch/threads.hpp>

#include <ATen/ops/empty.h>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// A loss with a call of its own that is no objective: `n_pairs`, `infinite_class_mixup`, `soft_binary_cross_entropy`,
/// `decoupled_mixup`.
template <class Loss>
concept TorchOwnLoss = !Objective<Loss> && has_own_call<Loss>;

}  // namespace detail

/// The loss of embeddings (N, D) with `label_targets{.labels = labels}` (N), of `n_pairs`, as a scalar of torch's
/// graph. Otherwise as `torch_loss` over pairs.
///
///   const at::Tensor loss = torch_loss(n_pairs{}, label_targets{.labels = labels}, z);
template <detail::Engine Executor, detail::TorchOwnLoss Loss>
at::Tensor torch_loss(const Executor& engine, const Loss& loss, const label_targets& targets,
                      const at::Tensor& embeddings) {
  constexpr const char *function = "torch_loss", *name = "embeddings";
  detail::require_host_tensor(function, name, embeddings);
  detail::torch_inputs inputs;
  inputs.add(embeddings);
  return detail::as_torch_node(inputs, [&](at::TensorList, at::TensorList to) {
    double value = 0;
    detail::with_element_of<float, double, bfloat16, half>(function, name, embeddings, [&](auto number) {
      using E = decltype(number);
      using T = accumulate_t<E>;
      const auto z = detail::view_of_torch<const E, 2>(function, name, embeddings);
      // The call computes a gradient in any case.
      const at::Tensor by_z = to[0].defined() ? to[0] : at::empty(embeddings.sizes(), detail::torch_type<T>());
      value = static_cast<double>(value_and_grad(engine, loss, targets, z, detail::view_of_gradient<T>(by_z)).value);
    });
    return value;
  });
}
/// The same by `tiled` on as many threads as torch uses (at::get_num_threads).
template <detail::TorchOwnLoss Loss>
at::Tensor torch_loss(const Loss& loss, const label_targets& targets, const at::Tensor& embeddings) {
  return torch_loss(detail::as_many_threads_as_torch(), loss, targets, embeddings);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
