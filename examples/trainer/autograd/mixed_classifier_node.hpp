// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

#include <mixcon/losses/infinite_class_mixup.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>

namespace mixcon_train {
inline namespace autograd {

/// Infinite Class Mixup as an operator: features (N, D) of mixed samples under a classifier of weights (K, D) and bias
/// (K), mixed as the samples are. Mensink and Mettes 2023, arXiv:2305.10293.
variable mixed_classifier_loss(const mixcon::infinite_class_mixup& loss, const mixcon::pair_targets& targets,
                               const variable& features, const variable& weights, const variable& bias);

}  // namespace autograd
}  // namespace mixcon_train
