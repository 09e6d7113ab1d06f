// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

#include <vector>

namespace mixcon_train {
inline namespace autograd {

/// Mixes a batch by masks that may be learned: out_i = mask_i x_i + (1 - mask_i) x_partner(i), for x (N, C, H, W),
/// masks (N, 1, H, W) or (N, C, H, W), and partners in [0, N). The gradient by the mask is that of what it decides, x_i
/// - x_partner(i), summed over the channels that share it.
variable mask_blend(const variable& x, const std::vector<index_t>& partner, const variable& mask);

}  // namespace autograd
}  // namespace mixcon_train
