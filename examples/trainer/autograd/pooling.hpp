// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

namespace mixcon_train {
inline namespace autograd {

/// The mean over rows and columns: (N, C, H, W) to (N, C).
variable global_average_pool(const variable& x);
variable max_pool(const variable& x, const pooling_rule& rule);
/// The largest of each `pieces` neighbouring channels or features, the first where several are: (N, C, ...) to
/// (N, C / pieces, ...). Max-out: Goodfellow et al. 2013, arXiv:1302.4389.
variable group_maximum(const variable& x, index_t pieces);

}  // namespace autograd
}  // namespace mixcon_train
