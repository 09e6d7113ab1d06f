// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

namespace mixcon_train {
inline namespace autograd {

/// Each number of x (N, C, H, W) as a square of factor^2: (N, C, factor H, factor W).
variable upsample_nearest(const variable& x, index_t factor);
/// Linear along rows and columns between the centres of x's places, and constant outside of them: corners are not
/// aligned.
variable upsample_bilinear(const variable& x, index_t factor);

}  // namespace autograd
}  // namespace mixcon_train
