// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Products of columns, such as a cross-correlation of features, in blocks and by threads.

#include <mixcon/engine/paired/aligned_calls.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// A matrix whose rows are padded with zeros to whole vectors.
template <class T>
struct padded_matrix {
  index_t rows = 0, columns = 0, pitch = packed_rows<T>::pitch_of(columns);
  std::vector<T> data = std::vector<T>(static_cast<std::size_t>(rows * pitch));

  T* row(index_t i) { return data.data() + i * pitch; }
  const T* row(index_t i) const { return data.data() + i * pitch; }
};

/// to (rows, columns) += a (rows, depth) b (depth, columns), by the executor's vectors where it has some. Entry (i, k)
/// of a stands at a[i * a_row + k * a_step]; columns are whole vectors.
template <class How, class T>
void add_product(const How& how, index_t rows, index_t columns, index_t depth, const T* a, index_t a_row,
                 index_t a_step, const T* b, index_t b_row, T* to, index_t to_row) {
  if constexpr (requires { how.add_product(rows, columns, depth, a, a_row, a_step, b, b_row, to, to_row); }) {
    how.add_product(rows, columns, depth, a, a_row, a_step, b, b_row, to, to_row);
  } else {
    for (index_t i = 0; i < rows; ++i)
      for (index_t k = 0; k < depth; ++k)
        for (index_t j = 0; j < columns; ++j) to[i * to_row + j] += a[i * a_row + k * a_step] * b[k * b_row + j];
  }
}

inline constexpr index_t product_depth = 256;  // rows of b that stay in the cache

/// Calls block(first, number) for consecutive blocks of at most `most` numbers below count.
template <class Block>
void for_each_block(index_t count, index_t most, Block&& block) {
  for (index_t first = 0; first < count; first += most) block(first, count - first < most ? count - first : most);
}

/// factor a^T b, (columns of a, columns of b): products of columns. Some hundred rows at a time are summed in T, these
/// sums in double. Of a^T a, one half is computed.
template <class Executor, class T>
padded_matrix<T> column_products(const Executor& executor, const padded_matrix<T>& a, const padded_matrix<T>& b,
                                 wide_t<T> factor) {
  constexpr index_t tall = 48, wide = 64;
  const bool is_symmetric = &a == &b;
  padded_matrix<T> all{a.columns, b.columns};
  const index_t across = (b.columns + wide - 1) / wide, down = (a.columns + tall - 1) / tall;
  for_each_row(executor, across * down, [&](index_t task, const auto& how) {
    const index_t top = task / across * tall, left = task % across * wide;
    if (is_symmetric && left + wide <= top) return;
    const index_t rows = a.columns - top < tall ? a.columns - top : tall;
    const index_t columns = b.pitch - left < wide ? b.pitch - left : wide;
    std::vector<wide_t<T>> sums(static_cast<std::size_t>(tall * wide));
    for_each_block(a.rows, product_depth, [&](index_t first, index_t number) {
      std::vector<T> part(sums.size());
      add_product(how, rows, columns, number, a.row(first) + top, 1, a.pitch, b.row(first) + left, b.pitch, part.data(),
                  wide);
      for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += static_cast<wide_t<T>>(part[k]);
    });
    for (index_t i = 0; i < rows; ++i)
      for (index_t j = 0; j < columns && left + j < b.columns; ++j) {
        const auto entry = static_cast<T>(factor * sums[static_cast<std::size_t>(i * wide + j)]);
        if (!is_symmetric || top + i <= left + j) all.row(top + i)[left + j] = entry;
        if (is_symmetric && top + i < left + j) all.row(left + j)[top + i] = entry;
      }
  });
  return all;
}

/// Calls visit(i, row) with every row of a b, each once, by the executor's threads.
template <class Executor, class T, class Visit>
void for_each_product_row(const Executor& executor, const padded_matrix<T>& a, const padded_matrix<T>& b,
                          Visit&& visit) {
  constexpr index_t tall = 48, wide = 192;
  for_each_row(executor, (a.rows + tall - 1) / tall, [&](index_t task, const auto& how) {
    const index_t top = task * tall, rows = a.rows - top < tall ? a.rows - top : tall;
    std::vector<T> product(static_cast<std::size_t>(rows * b.pitch));
    for_each_block(b.pitch, wide, [&](index_t left, index_t columns) {
      for_each_block(b.rows, product_depth, [&](index_t first, index_t number) {
        add_product(how, rows, columns, number, a.row(top) + first, a.pitch, 1, b.row(first) + left, b.pitch,
                    product.data() + left, b.pitch);
      });
    });
    for (index_t i = 0; i < rows; ++i) visit(top + i, static_cast<const T*>(product.data() + i * b.pitch));
  });
}

template <class T>
padded_matrix<T> transposed(const padded_matrix<T>& m) {
  padded_matrix<T> to{m.columns, m.rows};
  for_each_block(m.rows, 16, [&](index_t top, index_t rows) {  // near both in rows and in columns
    for (index_t j = 0; j < m.columns; ++j)
      for (index_t i = top; i < top + rows; ++i) to.row(j)[i] = m.row(i)[j];
  });
  return to;
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
