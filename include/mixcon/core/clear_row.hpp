// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Sets a row of a matrix to 0.

#include <mixcon/core/tensor_view.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Sets row i to 0.
template <class T>
void clear_row(const matrix_view<T>& matrix, index_t i) {
  T* const row = &matrix(i, 0);
  if (matrix.stride(1) == 1)  // which compilers make a call of memset
    for (index_t k = 0; k < matrix.extent(1); ++k) row[k] = T(0);
  else
    for (index_t k = 0; k < matrix.extent(1); ++k) matrix(i, k) = T(0);
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
