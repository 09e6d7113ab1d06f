// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Barlow Twins: pulls the cross-correlation of two views' features to the identity.

#include <mixcon/contrast/statistics.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/paired/aligned_calls.hpp>
#include <mixcon/engine/paired/columns.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Barlow Twins: the cross-correlation of two views' features is to be the identity.
///
///   loss = scale ( sum_i (C_ii - 1)^2 + redundancy sum_{i != j} C_ij^2 ),   C = a^T b / N
///
/// a, b: the views' features (columns), less their mean, divided by sqrt(variance + epsilon), with the biased variance.
/// Called with the two views (N, D), N >= 2: `value_and_grad(executor, barlow_twins{}, z1, z2, {.first, .second})`. C
/// (D, D) is stored, or two Gram matrices (N, N) where D > N: memory O(N D). As a loss in `objective` it is that of one
/// feature's row of C. Source: Zbontar et al. 2021, arXiv:2103.03230, eq. 1 and 2.
struct barlow_twins {
  double redundancy = 5e-3;  // >= 0, the paper's lambda
  double scale = 1;          // > 0; solo-learn multiplies by 0.025
  double epsilon = 1e-5;     // > 0, in units of variance, as batch normalisation has it
  static constexpr const char* name = "barlow_twins";
  static constexpr bool is_of_aligned_rows = true;

  struct off_one {
    template <class T>
    MIXCON_HD T operator()(const T& x) const {
      return (square)(x - 1);
    }
  };
  struct squared {
    template <class T>
    MIXCON_HD T operator()(const T& x) const {
      return (square)(x);
    }
  };

  void(check)() const {
    MIXCON_REQUIRE(redundancy >= 0 && redundancy - redundancy == 0, "barlow_twins: redundancy is ", redundancy,
                   "; expected a finite number >= 0, as 0.005");
    MIXCON_REQUIRE(scale > 0 && scale - scale == 0, "barlow_twins: scale is ", scale,
                   "; expected a finite number > 0, as 1");
    MIXCON_REQUIRE(epsilon > 0 && epsilon - epsilon == 0, "barlow_twins: epsilon is ", epsilon,
                   "; expected a finite number > 0, as 1e-5");
  }
  auto statistics() const { return pack{sum_of{over::positives, off_one{}}, sum_of{over::negatives, squared{}}}; }
  template <class T>
  MIXCON_HD T value(T own, T others) const {
    return (own + others * redundancy) * scale;
  }

  template <class Executor, class E, class T = accumulate_t<E>>
  loss_result<T> evaluate(const Executor& executor, const detail::aligned_rows<E>& rows, double upstream,
                          const aligned_gradients<T>& wanted) const;
};

namespace detail {

/// Features of one view, divided by sqrt(variance + epsilon).
template <class T>
class standard_features {
 public:
  using wide = wide_t<T>;

  standard_features(const packed_rows<T>& z, double epsilon, workspace* memory)
      : centred_(z, memory), inverse_(memory) {
    for (index_t k = 0; k < centred_.width(); ++k)
      inverse_.push_back(
          1 / std::sqrt(centred_.squares(k) / static_cast<wide>(centred_.samples()) + static_cast<wide>(epsilon)));
    centred_.multiply(inverse_);
  }

  const centred_features<T>& features() const { return centred_; }
  const padded_matrix<T>& entries() const { return centred_.entries(); }
  /// d feature k / d centred feature k, but for what changes the variance.
  wide inverse(index_t k) const { return inverse_[static_cast<std::size_t>(k)]; }

 private:
  centred_features<T> centred_;
  scratch<wide> inverse_;
};

/// C_kk of the correlation of two views.
template <class T>
scratch<wide_t<T>> own_correlations(const standard_features<T>& a, const standard_features<T>& b) {
  scratch<wide_t<T>> own(a.entries().memory, static_cast<std::size_t>(a.features().width()));
  using vectors::load_wide;
  for (index_t i = 0; i < a.entries().rows; ++i) {
    const T *const first = a.entries().row(i), *const second = b.entries().row(i);
    wide_t<T>* const sums = own.data();
    if (a.features().has_samples_as_columns())
      for (index_t j = 0; j < a.entries().columns; ++j)
        sums[i] += static_cast<wide_t<T>>(first[j]) * static_cast<wide_t<T>>(second[j]);
    else
      vectors::for_each_wide<T>(a.entries().columns, [&](index_t j, auto lanes) MIXCON_IN_LOOPS {
        using W = decltype(lanes);
        store_as<W>(sums + j, load_as<W>(sums + j) + load_wide<W>(first + j) * load_wide<W>(second + j));
      });
  }
  for (auto& c : own) c /= static_cast<wide_t<T>>(a.features().samples());
  return own;
}

}  // namespace detail

template <class Executor, class E, class T>
loss_result<T> barlow_twins::evaluate(const Executor& executor, const detail::aligned_rows<E>& rows, double upstream,
                                      const aligned_gradients<T>& wanted) const {
  using wide = detail::wide_t<T>;
  MIXCON_REQUIRE(rows.count() >= 2, "barlow_twins: ", rows.count(),
                 " sample; expected at least 2, whose features can vary");
  workspace* const memory = rows.memory();
  const detail::standard_features<T> a(rows.first(), epsilon, memory), b(rows.second(), epsilon, memory);
  const bool by_samples = a.features().has_samples_as_columns();
  const wide share = 1 / static_cast<wide>(rows.count()), factor = static_cast<wide>(redundancy);
  const scratch<wide> own = detail::own_correlations(a, b);
  // The sum of C_ij^2 is that of the products of a a^T and b b^T, entry by entry: the smaller ones are computed.
  const auto left = by_samples ? detail::column_products(executor, a.entries(), a.entries(), share)
                               : detail::column_products(executor, a.entries(), b.entries(), share);
  const auto right = by_samples ? detail::column_products(executor, b.entries(), b.entries(), share) : left;
  wide value = factor * detail::sum_by_rows<wide>(executor, memory, left.rows, [&](index_t i) {
                 wide sum = 0;
                 for (index_t j = 0; j < left.columns; ++j)
                   sum += static_cast<wide>(left.row(i)[j]) * static_cast<wide>(right.row(i)[j]);
                 return sum;
               });
  for (const wide c : own) value += (c - 1) * (c - 1) - factor * c * c;

  // The gradient by a is s other + t (this product's row) - u a, feature by feature; u keeps the variance as it is.
  const auto add = [&](const detail::standard_features<T>& view, const detail::standard_features<T>& other,
                       const detail::padded_matrix<T>& from, const detail::padded_matrix<T>& products,
                       const matrix_view<T>& to) {
    if (!to) return;
    const wide outer = static_cast<wide>(upstream) * static_cast<wide>(scale) * 2 * share;
    scratch<wide> squares(memory, own.size());  // sum_j C_kj^2
    if (!by_samples)
      for (index_t j = 0; j < products.rows; ++j)
        for (index_t k = 0; k < products.columns; ++k) {
          const auto c = static_cast<wide>(products.row(j)[k]);
          squares[static_cast<std::size_t>(k)] += c * c;
        }
    // Of features as columns, the gradient is a sum of three rows, each times a number a feature.
    scratch<wide> times_across(memory), times_row(memory), times_mine(memory);
    for (std::size_t k = 0; !by_samples && k < own.size(); ++k) {
      const wide by_own = own[k] - 1 - factor * own[k], along = by_own * own[k] + factor * squares[k];
      const wide inverse = outer * view.inverse(static_cast<index_t>(k));
      times_across.push_back(inverse * by_own), times_row.push_back(inverse * factor);
      times_mine.push_back(inverse * along);
    }
    detail::for_each_product_row(executor, from, products, [&](index_t i, const T* row) {
      const T *mine = view.entries().row(i), *across = other.entries().row(i);
      if (!by_samples && to.stride(1) == 1) {
        T* const sum = &to(i, 0);
        using vectors::load_wide, detail::load_as;
        return vectors::for_each_wide<T>(products.columns, [&](index_t j, auto lanes) MIXCON_IN_LOOPS {
          using W = decltype(lanes);
          const W slope = load_as<W>(times_across.data() + j) * load_wide<W>(across + j) +
                          load_as<W>(times_row.data() + j) * load_wide<W>(row + j) -
                          load_as<W>(times_mine.data() + j) * load_wide<W>(mine + j);
          vectors::store_wide<W>(sum + j, load_wide<W>(sum + j) + slope);
        });
      }
      if (by_samples) {
        wide sum = 0;
        for (index_t j = 0; j < products.columns; ++j) sum += static_cast<wide>(row[j]) * static_cast<wide>(mine[j]);
        squares[static_cast<std::size_t>(i)] = sum * share;
      }
      view.features().each_of_row(i, [&](index_t sample, index_t k, index_t j) {
        const auto at = static_cast<std::size_t>(k);
        const wide by_own = own[at] - 1 - factor * own[at], along = by_own * own[at] + factor * squares[at];
        const wide slope = by_own * static_cast<wide>(across[j]) + factor * static_cast<wide>(row[j]) -
                           along * static_cast<wide>(mine[j]);
        to(sample, k) += static_cast<T>(outer * view.inverse(k) * slope);
      });
    });
  };
  add(a, b, by_samples ? a.entries() : b.entries(), by_samples ? right : detail::transposed(left), wanted.first);
  add(b, a, by_samples ? b.entries() : a.entries(), left, wanted.second);
  return {static_cast<T>(static_cast<wide>(scale) * value), rows.count()};
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
