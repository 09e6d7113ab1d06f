// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

#include <initializer_list>
#include <span>

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
variable gather_rows(const variable& x, std::span<const index_t> from);
inline variable gather_rows(const variable& x, std::initializer_list<index_t> from) {
  return gather_rows(x, std::span(from));
}
/// The adjoint: row i of x (n, ...) added to row `to[i]` of zeros (rows, ...); a negative number drops it.
variable scatter_rows(const variable& x, std::span<const index_t> to, index_t rows);
inline variable scatter_rows(const variable& x, std::initializer_list<index_t> to, index_t rows) {
  return scatter_rows(x, std::span(to), rows);
}

}  // namespace autograd
}  // namespace mixcon_train
