// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `torch_loss` of aligned rows: Barlow Twins, VICReg, BYOL, student and teacher.

#include <mixcon/core/require.hpp>
#include <mixcon/engine/paired/aligned_calls.hpp>
#include <mixcon/torch/meeting.hpp>
#include <mixcon/torch/node.hpp>
#include <mixcon/torch/threads.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// A loss of two matrices, row i of one with row i of the other: an `AlignedLoss`, or `relational_distillation`.
template <class Loss>
concept TorchPairedLoss = AlignedLoss<Loss> || requires { Loss::is_of_paired_rows; };

}  // namespace detail

/// A loss of aligned rows, (N, D) each, as a scalar of torch's graph: `barlow_twins`, `vicreg`, `byol`, `alignment`,
/// `mmcl`, and with student and teacher `knowledge_distillation` and `relational_distillation`. Where a loss holds its
/// second rows constant (BYOL's targets, a teacher), these get no gradient, whether or not they require one. Otherwise
/// as `torch_loss` over pairs.
///
///   const at::Tensor loss = torch_loss(barlow_twins{}, z1, z2);
template <Executor Engine, detail::TorchPairedLoss Loss>
at::Tensor torch_loss(const Engine& engine, const Loss& loss, const at::Tensor& first, const at::Tensor& second) {
  constexpr const char* function = "torch_loss";
  detail::torch_meeting<Engine> meeting(engine);
  return meeting.over([&] {
    detail::require_host_tensor(function, "first", first);
    detail::require_host_tensor(function, "second", second);
    detail::torch_inputs inputs;  // of one tensor each place has a gradient, and autograd adds them
    inputs.add(first), inputs.add(detail::holds_second_constant<Loss> ? second.detach() : second);
    return detail::as_torch_node(inputs, [&](at::TensorList, at::TensorList to) {
      double value = 0;
      detail::with_element_of<float, double, bfloat16, half>(function, "first", first, [&](auto number) {
        using E = decltype(number);
        using T = accumulate_t<E>;
        const auto x = detail::view_of_torch<const E, 2>(function, "first", first);
        const auto y = detail::view_of_torch<const E, 2>(function, "second", second);
        aligned_gradients<T> wanted{.stop_gradient = true};  // autograd knows which side is a constant
        wanted.first = detail::view_of_gradient<T>(to[0]), wanted.second = detail::view_of_gradient<T>(to[1]);
        meeting.settle((wanted.first || wanted.second));
        value = static_cast<double>(value_and_grad(engine, loss, x, y, wanted).value);
      });
      return value;
    });
  });
}
/// The same by `tiled` on as many threads as torch uses (at::get_num_threads).
template <detail::TorchPairedLoss Loss>
at::Tensor torch_loss(const Loss& loss, const at::Tensor& first, const at::Tensor& second) {
  return torch_loss(detail::as_many_threads_as_torch(), loss, first, second);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
