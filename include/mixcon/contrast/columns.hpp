// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/packed_rows.hpp>
#include <mixcon/core/tensor_view.hpp>

#include <cmath>

namespace mixcon::detail {

/// The columns of a batch (N, D), each with its mean subtracted, and room for the gradient by them. They lie column by
/// column, or row by row, as they will be read.
template <class T>
class centred_columns {
 public:
  explicit centred_columns(const packed_rows<T>& z, bool by_rows = false)
      : rows_(z.count()),
        width_(z.width()),
        row_step_(by_rows ? width_ : 1),
        column_step_(by_rows ? 1 : rows_),
        data_(static_cast<std::size_t>(rows_ * width_)),
        gradient_(data_.size()),
        squares_(static_cast<std::size_t>(width_)) {
    std::vector<wide_t<T>> mean(static_cast<std::size_t>(width_));
    for (index_t i = 0; i < rows_; ++i)
      for (index_t k = 0; k < width_; ++k) mean[static_cast<std::size_t>(k)] += static_cast<wide_t<T>>(z.row(i)[k]);
    for (wide_t<T>& m : mean) m /= static_cast<wide_t<T>>(rows_);
    each([&](index_t i, index_t k, T& entry, T&) {
      const wide_t<T> x = static_cast<wide_t<T>>(z.row(i)[k]) - mean[static_cast<std::size_t>(k)];
      squares_[static_cast<std::size_t>(k)] += x * x;
      entry = static_cast<T>(x);
    });
  }

  index_t rows() const { return rows_; }
  index_t width() const { return width_; }
  /// The sum of squares of column k.
  wide_t<T> squares(index_t k) const { return squares_[static_cast<std::size_t>(k)]; }

  /// Calls visit(row, column, entry, gradient) for every entry, some columns at a time: near both in rows and in
  /// columns.
  template <class Visit>
  void each(Visit&& visit) {
    constexpr index_t at_once = 16;
    for (index_t first = 0; first < width_; first += at_once)
      for (index_t i = 0; i < rows_; ++i)
        for (index_t k = first; k < first + at_once && k < width_; ++k) {
          const auto at = static_cast<std::size_t>(i * row_step_ + k * column_step_);
          visit(i, k, data_[at], gradient_[at]);
        }
  }

  matrix_view<const T> by_rows() const { return {data_.data(), {rows_, width_}, {row_step_, column_step_}}; }
  matrix_view<T> gradient_by_rows() { return {gradient_.data(), {rows_, width_}, {row_step_, column_step_}}; }
  /// The columns as rows, (D, N).
  matrix_view<const T> by_columns() const { return {data_.data(), {width_, rows_}, {column_step_, row_step_}}; }
  matrix_view<T> gradient_by_columns() { return {gradient_.data(), {width_, rows_}, {column_step_, row_step_}}; }

 private:
  index_t rows_, width_, row_step_, column_step_;
  std::vector<T> data_, gradient_;
  std::vector<wide_t<T>> squares_;
};

}  // namespace mixcon::detail
