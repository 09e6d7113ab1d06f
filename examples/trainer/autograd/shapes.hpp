// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

namespace mixcon_train {
inline namespace autograd {

/// The same numbers, row-major, under another shape of the same size.
variable reshape(const variable& x, const shape& extents);
/// (N, ...) to (N, F).
variable flatten(const variable& x);
/// The last two axes exchanged: (n, m) to (m, n), or each matrix of (B, n, m).
variable transpose(const variable& x);

}  // namespace autograd
}  // namespace mixcon_train
