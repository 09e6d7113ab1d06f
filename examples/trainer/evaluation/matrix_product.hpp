// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

namespace mixcon_train {
inline namespace evaluation {

using mixcon::index_t;

enum class operand { as_it_is, transposed };

/// result (rows, columns) = left (rows, inner) times right (inner, columns), row-major and dense, by oneDNN. A
/// transposed operand is stored the other way round.
void matrix_product(const float* left, operand left_is, const float* right, operand right_is, index_t rows,
                    index_t columns, index_t inner, float* result);

}  // namespace evaluation
}  // namespace mixcon_train
