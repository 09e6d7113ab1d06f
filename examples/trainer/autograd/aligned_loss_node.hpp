// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/loss_inputs.hpp"

#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/paired/aligned_calls.hpp>

namespace mixcon_train {
inline namespace autograd {

/// Any loss of two matrices of aligned rows (N, D) as an operator, row i of one with row i of the other: byol, simsiam,
/// barlow_twins, vicreg, mmcl, alignment, knowledge_distillation (scores of student and teacher), relational_
/// distillation. Where the loss holds its second rows constant, they get no gradient.
template <class Loss>
variable aligned_loss(const Loss& loss, const variable& first, const variable& second) {
  detail::require_rank("aligned_loss", first, 2, "(samples, features)");
  detail::require_rank("aligned_loss", second, 2, "(samples, features)");
  return with_numbers(first.on(), [&](auto number) {
    using T = decltype(number);
    detail::loss_inputs<T> inputs({first, second});
    if constexpr (requires { Loss::second_is_constant; }) inputs.hold_constant(1);
    mixcon::aligned_gradients<T> wanted{.first = inputs.slope(0), .second = inputs.slope(1), .stop_gradient = true};
    const mixcon::tiled executor{.threads = first.on().threads()};
    if constexpr (mixcon::AlignedLoss<Loss>)
      return inputs.with_value(static_cast<double>(
          value_and_grad(executor, loss, inputs.rows(0), inputs.rows(1), wanted, detail::memory_of_losses()).value));
    else  // relational_distillation takes no workspace
      return inputs.with_value(
          static_cast<double>(value_and_grad(executor, loss, inputs.rows(0), inputs.rows(1), wanted).value));
  });
}

}  // namespace autograd
}  // namespace mixcon_train
