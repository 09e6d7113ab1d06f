// SPDX-License-Identifier: BSD-3-Clause
#include "call.hpp"

#include <mixcon/contrast/targets/matrix.hpp>
#include <mixcon/engine/given_logits.hpp>
#include <mixcon/losses/soft_cross_entropy.hpp>

/// Logits (N, K) and soft labels (N, K); the gradient by logits.
extern "C" double call_soft_cross_entropy(const mixcon_compare::call* given) {
  return mixcon_compare::value_of([&] {
    const auto logits = given->matrix(0), labels = given->matrix(1);
    const mixcon::objective criterion = mixcon::soft_cross_entropy();
    const mixcon::matrix_targets targets{labels};
    if (given->wants_gradients())
      return mixcon::value_and_grad(given->engine(), criterion, targets, mixcon::given_logits{logits},
                                    {.logits = given->gradient(0)})
          .value;
    mixcon::saved_for<decltype(criterion), mixcon::matrix_view<const float>> saved;
    return mixcon::forward(given->engine(), criterion, targets, mixcon::given_logits{logits}, saved).value;
  });
}
