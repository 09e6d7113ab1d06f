// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Features with their means subtracted, stored by whichever is fewer, features or samples.

#include <mixcon/engine/paired/column_products.hpp>

#include <cmath>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// A batch (N, D) with each feature's mean subtracted, so stored that its columns are the fewer: features, or samples
/// where D > N. Sums of squares of products of features are those of products of samples as well.
template <class T>
class centred_features {
 public:
  using wide = wide_t<T>;

  explicit centred_features(const packed_rows<T>& z)
      : samples_(z.count()), entries_{z.count(), z.width()}, squares_(static_cast<std::size_t>(z.width())) {
    std::vector<wide> mean(squares_.size());
    for (index_t i = 0; i < samples_; ++i)
      for (index_t k = 0; k < z.width(); ++k) mean[static_cast<std::size_t>(k)] += static_cast<wide>(z.row(i)[k]);
    for (wide& m : mean) m /= static_cast<wide>(samples_);
    for (index_t i = 0; i < samples_; ++i)
      for (index_t k = 0; k < z.width(); ++k) {
        const wide x = static_cast<wide>(z.row(i)[k]) - mean[static_cast<std::size_t>(k)];
        squares_[static_cast<std::size_t>(k)] += x * x;
        entries_.row(i)[k] = static_cast<T>(x);
      }
    if (z.width() > samples_) entries_ = transposed(entries_);
  }

  index_t samples() const { return samples_; }
  index_t width() const { return static_cast<index_t>(squares_.size()); }
  bool has_samples_as_columns() const { return width() > samples_; }
  /// (N, D), or (D, N) where D > N.
  const padded_matrix<T>& entries() const { return entries_; }
  /// The sum of squares of feature k.
  wide squares(index_t k) const { return squares_[static_cast<std::size_t>(k)]; }

  /// Multiplies feature k by factors[k]; leaves the sums of squares as they were.
  void multiply(const std::vector<wide>& factors) {
    for (index_t i = 0; i < entries_.rows; ++i)
      for (index_t j = 0; j < entries_.columns; ++j) {
        const wide factor = factors[static_cast<std::size_t>(has_samples_as_columns() ? i : j)];
        entries_.row(i)[j] = static_cast<T>(static_cast<wide>(entries_.row(i)[j]) * factor);
      }
  }
  /// Calls visit(sample, feature, j) for every entry j of row i.
  template <class Visit>
  void each_of_row(index_t i, Visit&& visit) const {
    if (has_samples_as_columns())
      for (index_t j = 0; j < entries_.columns; ++j) visit(j, i, j);
    else
      for (index_t j = 0; j < entries_.columns; ++j) visit(i, j, j);
  }

 private:
  index_t samples_;
  padded_matrix<T> entries_;
  std::vector<wide> squares_;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
