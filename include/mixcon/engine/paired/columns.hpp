// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Features with their means subtracted, stored by whichever is fewer, features or samples.

#include <mixcon/core/number/wide_loops.hpp>
#include <mixcon/core/workspace.hpp>
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

  centred_features(const packed_rows<T>& z, workspace* memory)
      : samples_(z.count()),
        entries_{z.count(), z.width(), memory},
        squares_(memory, static_cast<std::size_t>(z.width())) {
    scratch<wide> mean(memory, squares_.size());
    using vectors::load_wide, vectors::store_wide, mixcon::detail::load_as, mixcon::detail::store_as;
    for (index_t i = 0; i < samples_; ++i) {
      const T* const row = z.row(i);
      wide* const sums = mean.data();
      vectors::for_each_wide<T>(z.width(), [&](index_t k, auto lanes) MIXCON_IN_LOOPS {
        using W = decltype(lanes);
        store_as<W>(sums + k, load_as<W>(sums + k) + load_wide<W>(row + k));
      });
    }
    for (wide& m : mean) m /= static_cast<wide>(samples_);
    for (index_t i = 0; i < samples_; ++i) {
      const T* const row = z.row(i);
      T* const to = entries_.row(i);
      wide* const squares = squares_.data();
      vectors::for_each_wide<T>(z.width(), [&](index_t k, auto lanes) MIXCON_IN_LOOPS {
        using W = decltype(lanes);
        const W x = load_wide<W>(row + k) - load_as<W>(mean.data() + k);
        store_as<W>(squares + k, load_as<W>(squares + k) + x * x);
        store_wide<W>(to + k, x);
      });
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
  void multiply(const scratch<wide>& factors) {
    for (index_t i = 0; i < entries_.rows; ++i) {
      T* const row = entries_.row(i);
      vectors::for_each_wide<T>(entries_.columns, [&](index_t j, auto lanes) MIXCON_IN_LOOPS {
        using W = decltype(lanes);
        const W factor =
            has_samples_as_columns() ? W(factors[static_cast<std::size_t>(i)]) : load_as<W>(factors.data() + j);
        vectors::store_wide<W>(row + j, vectors::load_wide<W>(row + j) * factor);
      });
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
  scratch<wide> squares_;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
