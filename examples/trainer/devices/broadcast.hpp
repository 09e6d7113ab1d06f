// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/tensor.hpp"

#include <mixcon/core/require.hpp>

namespace mixcon_train {
inline namespace devices {

/// The shape of two tensors' entries taken together: of one rank, and along each axis of one extent, or one of them of
/// extent 1. Refuses others, in the name of `function`.
inline shape broadcast(const char* function, const shape& a, const shape& b) {
  bool fits = a.rank() == b.rank();
  shape all = a;
  for (int axis = 0; fits && axis < a.rank(); ++axis) {
    fits = a[axis] == b[axis] || a[axis] == 1 || b[axis] == 1;
    if (a[axis] == 1) all[axis] = b[axis];
  }
  MIXCON_REQUIRE(fits, function, ": the inputs have shapes ", to_string(a), " and ", to_string(b),
                 "; expected the same, or 1 along the axes where one is repeated");
  return all;
}

/// Calls f(k, i, j) for every place: k of a tensor of shape `all`, i and j those of two tensors that are repeated along
/// the axes where they have extent 1.
template <class F>
void for_each_place(const shape& all, const shape& a, const shape& b, F&& f) {
  index_t extent[4], step_a[4], step_b[4], size_a = 1, size_b = 1;
  for (int axis = 3; axis >= 0; --axis) {
    const int at = axis - (4 - all.rank());
    extent[axis] = at < 0 ? 1 : all[at];
    step_a[axis] = at < 0 || a[at] == 1 ? 0 : size_a;
    step_b[axis] = at < 0 || b[at] == 1 ? 0 : size_b;
    if (at >= 0) size_a *= a[at], size_b *= b[at];
  }
  index_t k = 0;
  for (index_t p = 0; p < extent[0]; ++p)
    for (index_t q = 0; q < extent[1]; ++q)
      for (index_t r = 0; r < extent[2]; ++r) {
        const index_t i = p * step_a[0] + q * step_a[1] + r * step_a[2],
                      j = p * step_b[0] + q * step_b[1] + r * step_b[2];
        for (index_t s = 0; s < extent[3]; ++s) f(k++, i + s * step_a[3], j + s * step_b[3]);
      }
}

}  // namespace devices
}  // namespace mixcon_train
