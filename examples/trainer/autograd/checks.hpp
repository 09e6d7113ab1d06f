// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

#include <mixcon/core/require.hpp>

namespace mixcon_train {
inline namespace autograd {

namespace detail {

/// Refuses an input of another rank; `meaning` says what it should be.
inline void require_rank(const char* name, const variable& x, int rank, const char* meaning) {
  MIXCON_REQUIRE(x.extents().rank() == rank, name, ": the input has shape ", to_string(x.extents()), "; expected ",
                 meaning);
}
inline void require_same(const char* name, const variable& a, const variable& b) {
  MIXCON_REQUIRE(a.extents() == b.extents(), name, ": the inputs have shapes ", to_string(a.extents()), " and ",
                 to_string(b.extents()), "; expected the same");
}
/// The same numbers under another shape.
inline tensor as_shaped(const tensor& x, const shape& extents) {
  return x.extents() == extents ? x : x.on().dense(x).reshaped(extents);
}
/// The shape with another extent along one axis.
inline shape with_extent(shape extents, int axis, index_t extent) {
  extents[axis] = extent;
  return extents;
}

}  // namespace detail

}  // namespace autograd
}  // namespace mixcon_train
