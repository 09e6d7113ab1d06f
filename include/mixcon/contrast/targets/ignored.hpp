// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What happens to rows whose label is the ignored one: whether they count as anchors and as candidates.

#include <mixcon/core/config.hpp>
#include <mixcon/core/ignored_label.hpp>
#include <mixcon/core/workspace.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// What becomes of an anchor whose label is the ignored one.
enum class ignored_anchor {
  skip,  // it is left out, of the mean too, and has no gradient as an anchor: ignore_index of PyTorch
  keep,  // it is an anchor without a positive: see `no_positive` in the objective
};

namespace detail {

// The owner that `bind` returns may have `skips_anchor(a)` and `skips_candidate(c)`: rows that do not count as anchors,
// the latter where columns are the anchors. Owners without them skip none.

template <class Bound>
bool skips_anchor(const Bound& bound, index_t anchor) {
  if constexpr (requires { bound.skips_anchor(anchor); })
    return bound.skips_anchor(anchor);
  else
    return false;
}
template <class Bound>
bool skips_candidate(const Bound& bound, index_t candidate) {
  if constexpr (requires { bound.skips_candidate(candidate); })
    return bound.skips_candidate(candidate);
  else
    return false;
}

/// Flags of rows, (rows) or none at all where no row is marked.
struct marked_rows {
  scratch<char> flags{};

  void mark(index_t row, index_t rows) {
    flags.resize(static_cast<std::size_t>(rows));
    flags[static_cast<std::size_t>(row)] = 1;
  }
  bool operator[](index_t row) const { return !flags.empty() && flags[static_cast<std::size_t>(row)] != 0; }
};

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
