// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/packed_rows.hpp>
#include <mixcon/core/tensor_view.hpp>

#include <cmath>

namespace mixcon::detail {

/// The columns of a batch (N, D), each with its mean subtracted, and room for the gradient by them.
template <class T>
class centred_columns {
 public:
  explicit centred_columns(const packed_rows<T>& z)
      : rows_(z.count()),
        width_(z.width()),
        data_(static_cast<std::size_t>(rows_ * width_)),
        gradient_(data_.size()),
        squares_(static_cast<std::size_t>(width_)) {
    std::vector<wide_t<T>> mean(static_cast<std::size_t>(width_));
    for (index_t i = 0; i < rows_; ++i)
      for (index_t k = 0; k < width_; ++k) mean[static_cast<std::size_t>(k)] += static_cast<wide_t<T>>(z.row(i)[k]);
    for (wide_t<T>& m : mean) m /= static_cast<wide_t<T>>(rows_);
    for (index_t i = 0; i < rows_; ++i)
      for (index_t k = 0; k < width_; ++k) {
        const wide_t<T> x = static_cast<wide_t<T>>(z.row(i)[k]) - mean[static_cast<std::size_t>(k)];
        squares_[static_cast<std::size_t>(k)] += x * x;
        data_[static_cast<std::size_t>(i * width_ + k)] = static_cast<T>(x);
      }
  }

  index_t rows() const { return rows_; }
  index_t width() const { return width_; }
  /// The sum of squares of column k.
  wide_t<T> squares(index_t k) const { return squares_[static_cast<std::size_t>(k)]; }
  matrix_view<T> by_rows() { return {data_.data(), {rows_, width_}}; }
  matrix_view<const T> by_rows() const { return {data_.data(), {rows_, width_}}; }
  matrix_view<T> gradient_by_rows() { return {gradient_.data(), {rows_, width_}}; }
  /// The columns as rows, (D, N).
  matrix_view<const T> by_columns() const { return {data_.data(), {width_, rows_}, {1, width_}}; }
  matrix_view<T> gradient_by_columns() { return {gradient_.data(), {width_, rows_}, {1, width_}}; }

 private:
  index_t rows_, width_;
  std::vector<T> data_, gradient_;
  std::vector<wide_t<T>> squares_;
};

}  // namespace mixcon::detail
