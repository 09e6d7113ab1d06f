// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Products of columns, such as a cross-correlation of features, in blocks and by threads.

#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/paired/aligned_calls.hpp>

#include <cstring>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// A matrix whose rows are padded with zeros to whole vectors; not by a large power of 2 apart, which would put all
/// entries of a column into the same few lines of a cache.
template <class T>
struct padded_matrix {
  index_t rows = 0, columns = 0;
  workspace* memory = nullptr;
  index_t pitch = packed_rows<T>::pitch_of(columns) + (packed_rows<T>::pitch_of(columns) % 256 == 0 ? 16 : 0);
  scratch<T> data = scratch<T>(memory, static_cast<std::size_t>(rows* pitch));

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
  constexpr auto most = static_cast<std::size_t>(tall * wide);
  padded_matrix<T> all{a.columns, b.columns, a.memory};
  reserve_for_tasks(executor, a.memory, most * sizeof(T));
  reserve_for_tasks(executor, a.memory, most * sizeof(wide_t<T>));
  const index_t across = (b.columns + wide - 1) / wide, down = (a.columns + tall - 1) / tall;
  for_each_row(executor, across * down, [&](index_t task, const auto& how) {
    const index_t top = task / across * tall, left = task % across * wide;
    if (is_symmetric && left + wide <= top) return;
    const index_t rows = a.columns - top < tall ? a.columns - top : tall;
    const index_t columns = b.pitch - left < wide ? b.pitch - left : wide;
    scratch<wide_t<T>> sums(a.memory, most);
    scratch<T> part(a.memory);
    for_each_block(a.rows, product_depth, [&](index_t first, index_t number) {
      part.assign(most, T(0));
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

/// A matrix (depth, columns) as products read it: panels of columns, the rows of a panel one after the other.
template <class T>
class product_panels {
 public:
  static constexpr index_t across = 64;  // columns: what registers hold at once, or a multiple

  explicit product_panels(const padded_matrix<T>& b) : product_panels(b.rows, b.columns, b.memory) {
    for (index_t left = 0; left < columns_; left += across) {
      const index_t number = across_from(left);
      T* to = data_.data() + left * depth_;
      for (index_t k = 0; k < depth_; ++k, to += across)
        std::memcpy(to, b.row(k) + left, static_cast<std::size_t>(number) * sizeof(T));
    }
  }
  /// Of the transposed matrix, whose columns are these rows.
  static product_panels of_rows(const padded_matrix<T>& rows) {
    constexpr index_t at_once = 16;  // so that whole cache lines are written
    product_panels made(rows.columns, rows.rows, rows.memory);
    for (index_t first = 0; first < rows.rows; first += at_once) {
      const index_t number = rows.rows - first < at_once ? rows.rows - first : at_once;
      T* const to = made.data_.data() + first / across * across * made.depth_ + first % across;
      const T* const row = rows.row(first);
      for (index_t k = 0; k < made.depth_; ++k)
        for (index_t j = 0; j < number; ++j) to[k * across + j] = row[j * rows.pitch + k];
    }
    return made;
  }

  index_t depth() const { return depth_; }
  index_t columns() const { return columns_; }  // padded to whole vectors
  workspace* memory() const { return memory_; }
  index_t across_from(index_t left) const { return columns_ - left < across ? columns_ - left : across; }
  /// Row k of the panel whose first column is `left`.
  const T* row(index_t left, index_t k) const { return data_.data() + left * depth_ + k * across; }

 private:
  product_panels(index_t depth, index_t columns, workspace* memory)
      : depth_(depth),
        columns_(packed_rows<T>::pitch_of(columns)),
        memory_(memory),
        data_(memory, static_cast<std::size_t>((columns_ + across - 1) / across * across * depth)) {}
  index_t depth_, columns_;
  workspace* memory_;
  scratch<T> data_;
};

/// The left side of a product: entry (i, k) stands at data[i * row + k * step].
template <class T>
struct product_rows {
  const T* data;
  index_t count, row, step;
  explicit product_rows(const padded_matrix<T>& a) : data(a.data.data()), count(a.rows), row(a.pitch), step(1) {}
  product_rows(const T* from, index_t rows, index_t by_row, index_t by_step)
      : data(from), count(rows), row(by_row), step(by_step) {}
};
template <class T>
product_rows<T> transposed_rows(const padded_matrix<T>& a) {
  return {a.data.data(), a.columns, 1, a.pitch};
}

/// Calls visit(i, row) with every row of a b, each once, by the executor's threads.
template <class Executor, class T, class Visit>
void for_each_product_row(const Executor& executor, const product_rows<T>& a, const product_panels<T>& b,
                          Visit&& visit) {
  constexpr index_t tall = 96;
  const index_t most = a.count < tall ? a.count : tall;
  reserve_for_tasks(executor, b.memory(), static_cast<std::size_t>(most * b.columns()) * sizeof(T));
  for_each_row(executor, (a.count + tall - 1) / tall, [&](index_t task, const auto& how) {
    const index_t top = task * tall, rows = a.count - top < tall ? a.count - top : tall, pitch = b.columns();
    scratch<T> product(b.memory(), static_cast<std::size_t>(rows * pitch));
    for_each_block(b.depth(), product_depth, [&](index_t first, index_t number) {
      for (index_t left = 0; left < pitch; left += b.across)
        add_product(how, rows, b.across_from(left), number, a.data + top * a.row + first * a.step, a.row, a.step,
                    b.row(left, first), b.across, product.data() + left, pitch);
    });
    for (index_t i = 0; i < rows; ++i) visit(top + i, static_cast<const T*>(product.data() + i * pitch));
  });
}
template <class Executor, class T, class Visit>
void for_each_product_row(const Executor& executor, const padded_matrix<T>& a, const padded_matrix<T>& b,
                          Visit&& visit) {
  for_each_product_row(executor, product_rows<T>(a), product_panels<T>(b), visit);
}

template <class T>
padded_matrix<T> transposed(const padded_matrix<T>& m) {
  padded_matrix<T> to{m.columns, m.rows, m.memory};
  for_each_block(m.rows, 16, [&](index_t top, index_t rows) {  // near both in rows and in columns
    for (index_t j = 0; j < m.columns; ++j)
      for (index_t i = top; i < top + rows; ++i) to.row(j)[i] = m.row(i)[j];
  });
  return to;
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
