// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

#include <vector>

namespace mixcon_train {
inline namespace autograd {

// Samples of a batch (N, ...) taken, joined, and put elsewhere; and the same for channels (N, C, ...).

/// The rows of `above`, then those of `below`; the other extents are equal.
variable concatenate(const variable& above, const variable& below);
/// Rows [first, end).
variable slice(const variable& x, index_t first, index_t end);
/// The channels or features of `first`, then those of `second`; the other extents are equal.
variable concatenate_channels(const variable& first, const variable& second);
/// Channels or features [first, end).
variable slice_channels(const variable& x, index_t first, index_t end);

/// Row `from[i]` of x (M, ...) as row i: (n, ...). A negative number gives zeros.
variable gather_rows(const variable& x, const std::vector<index_t>& from);
/// The adjoint: row i of x (n, ...) added to row `to[i]` of zeros (rows, ...); a negative number drops it.
variable scatter_rows(const variable& x, const std::vector<index_t>& to, index_t rows);

}  // namespace autograd
}  // namespace mixcon_train
