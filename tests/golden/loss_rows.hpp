// SPDX-License-Identifier: BSD-3-Clause
// Rows put together and taken apart.
#pragma once

#include "golden/loss_inputs.hpp"

namespace mixcon_golden {

/// The rows of one matrix, then those of another.
template <class T>
matrix<T> one_above_other(matrix<T> first, const matrix<T>& second) {
  first.rows += second.rows;
  first.numbers.insert(first.numbers.end(), second.numbers.begin(), second.numbers.end());
  return first;
}
/// The numbers of `count` rows from `from` on.
template <class T>
std::vector<T> numbers_of_rows(const matrix<T>& m, index_t from, index_t count) {
  const auto at = [&](index_t row) { return m.numbers.begin() + static_cast<std::ptrdiff_t>(row * m.columns); };
  return {at(from), at(from + count)};
}

}  // namespace mixcon_golden
