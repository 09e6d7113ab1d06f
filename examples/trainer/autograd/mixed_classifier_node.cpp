// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/mixed_classifier_node.hpp"

#include "autograd/loss_inputs.hpp"

#include <mixcon/engine/executor.hpp>

namespace mixcon_train {
inline namespace autograd {

variable mixed_classifier_loss(const mixcon::infinite_class_mixup& loss, const mixcon::pair_targets& targets,
                               const variable& features, const variable& weights, const variable& bias) {
  detail::require_rank("mixed_classifier_loss", features, 2, "features (samples, width)");
  detail::require_rank("mixed_classifier_loss", weights, 2, "weights (classes, width)");
  detail::require_rank("mixed_classifier_loss", bias, 1, "a bias for each class");
  return with_numbers(features.on(), [&](auto number) {
    using T = decltype(number);
    detail::loss_inputs<T> inputs({features, weights, bias});
    const mixcon::classifier_gradients<T> wanted{inputs.slope(0), inputs.slope(1), inputs.slope_of_numbers(2)};
    const auto made = mixcon::value_and_grad(mixcon::tiled{.threads = features.on().threads()}, loss, targets,
                                             inputs.rows(0), inputs.rows(1), inputs.numbers(2), wanted);
    return inputs.with_value(static_cast<double>(made.value));
  });
}

}  // namespace autograd
}  // namespace mixcon_train
