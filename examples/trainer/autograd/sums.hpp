// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

namespace mixcon_train {
inline namespace autograd {

/// Sums along the axes where `extents` is 1; the other extents are those of x.
variable sum_to(const variable& x, const shape& extents);
/// The same for means.
variable mean_to(const variable& x, const shape& extents);
/// Over all entries, of shape (1).
variable sum(const variable& x);
variable mean(const variable& x);

}  // namespace autograd
}  // namespace mixcon_train
