// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/loss_inputs.hpp"

#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/given_logits.hpp>
#include <mixcon/engine/value_and_grad.hpp>

namespace mixcon_train {
inline namespace autograd {

/// Any loss of class scores (N, K) as an operator: what mixcon calls with `given_logits`, such as soft_cross_entropy
/// over `class_targets` or `class_pair_targets`, decoupled_mixup over `pair_targets`, soft_binary_cross_entropy over a
/// matrix of soft labels. Distillation has two matrices of scores and is an `aligned_loss`.
template <class Loss, class Targets>
variable class_score_loss(const Loss& loss, const Targets& targets, const variable& scores) {
  detail::require_rank("class_score_loss", scores, 2, "(samples, classes)");
  if (const variable made =
          detail::loss_on_device(typeid(loss_of_scores<Loss, Targets>), &loss, &targets, {{scores}}, nullptr))
    return made;
  return with_numbers(scores.on(), [&](auto number) {
    using T = decltype(number);
    detail::loss_inputs<T> inputs({scores});
    const mixcon::matrix_view<const T> rows = inputs.rows(0);
    mixcon::gradients<T> wanted;
    wanted.logits = inputs.slope(0);
    const mixcon::tiled executor{.threads = scores.on().threads()};
    const mixcon::given_logits<T> given(rows);
    if constexpr (mixcon::Objective<Loss> && mixcon::Targets<Targets>)
      return inputs.with_value(static_cast<double>(
          value_and_grad(executor, loss, targets, given, wanted, detail::memory_of_losses()).value));
    else  // calls of their own take no workspace
      return inputs.with_value(static_cast<double>(value_and_grad(executor, loss, targets, given, wanted).value));
  });
}

}  // namespace autograd
}  // namespace mixcon_train
