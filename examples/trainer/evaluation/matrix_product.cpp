// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation/matrix_product.hpp"

#include <mixcon/core/require.hpp>

#include <dnnl.h>

namespace mixcon_train {
inline namespace evaluation {

void matrix_product(const float* left, operand left_is, const float* right, operand right_is, index_t rows,
                    index_t columns, index_t inner, float* result) {
  const bool left_turned = left_is == operand::transposed, right_turned = right_is == operand::transposed;
  const dnnl_status_t status =
      dnnl_sgemm(left_turned ? 'T' : 'N', right_turned ? 'T' : 'N', rows, columns, inner, 1, left,
                 left_turned ? rows : inner, right, right_turned ? inner : columns, 0, result, columns);
  MIXCON_REQUIRE(status == dnnl_success, "matrix_product: oneDNN refuses (", rows, ", ", inner, ") times (", inner,
                 ", ", columns, "); status ", static_cast<int>(status), ".");
}

}  // namespace evaluation
}  // namespace mixcon_train
