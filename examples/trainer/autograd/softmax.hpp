// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

namespace mixcon_train {
inline namespace autograd {

/// e^x / sum e^x along one axis, the last by default.
variable softmax(const variable& x, int axis = -1);
/// x - log sum e^x along one axis, the last by default.
variable log_softmax(const variable& x, int axis = -1);

}  // namespace autograd
}  // namespace mixcon_train
