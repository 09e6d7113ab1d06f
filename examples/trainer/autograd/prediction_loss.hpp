// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

#include <mixcon/losses/byol.hpp>

namespace mixcon_train {
inline namespace autograd {

/// BYOL, SimSiam, and i-Mix for BYOL, as an operator: predictions (N, D) find targets (N, D), which get no gradient. On
/// a device that computes operators where rows lie, it is made of these.
variable prediction_loss(const mixcon::byol& loss, const variable& predictions, const variable& targets);

}  // namespace autograd
}  // namespace mixcon_train
