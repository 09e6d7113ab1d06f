// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/aligned_calls.hpp>
#include <mixcon/contrast/columns.hpp>
#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/diagonal.hpp>

namespace mixcon {

/// Barlow Twins: the cross-correlation of two views' features is to be the identity.
///
///   loss = scale ( sum_i (C_ii - 1)^2 + redundancy sum_{i != j} C_ij^2 ),   C = a^T b / N
///
/// a, b: the views' features (columns), less their mean, divided by sqrt(variance + epsilon), with the biased variance.
/// Called with the two views (N, D), N >= 2: `value_and_grad(executor, barlow_twins{}, z1, z2, {.first, .second})`. C
/// is never stored. As a loss in `contrast` it is that of one feature's row of C. Source: Zbontar et al. 2021,
/// arXiv:2103.03230, eq. 1 and 2.
struct barlow_twins {
  double redundancy = 5e-3;  // >= 0, the paper's lambda
  double scale = 1;          // > 0; solo-learn multiplies by 0.025
  double epsilon = 1e-5;     // > 0, in units of variance, as batch normalisation has it
  static constexpr const char* name = "barlow_twins";
  static constexpr bool is_of_aligned_rows = true;

  struct off_one {
    template <class T>
    MIXCON_HD T operator()(const T& x) const {
      return square(x - 1);
    }
  };
  struct squared {
    template <class T>
    MIXCON_HD T operator()(const T& x) const {
      return square(x);
    }
  };

  void check() const {
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

/// Features of one view, standardised; `back` is the adjoint.
template <class T>
class standard_columns {
 public:
  standard_columns(const packed_rows<T>& z, double epsilon) : columns_(z) {
    const auto samples = static_cast<wide_t<T>>(columns_.rows());
    for (index_t k = 0; k < columns_.width(); ++k)
      inverse_.push_back(1 / std::sqrt(columns_.squares(k) / samples + static_cast<wide_t<T>>(epsilon)));
    columns_.each([&](index_t, index_t k, T& entry, T&) {
      entry = static_cast<T>(static_cast<wide_t<T>>(entry) * inverse_[static_cast<std::size_t>(k)]);
    });
  }

  centred_columns<T>& columns() { return columns_; }
  /// Adds `upstream` times the gradient by the view's rows.
  void back(double upstream, const matrix_view<T>& add_to) {
    if (!add_to) return;
    const auto samples = static_cast<wide_t<T>>(columns_.rows());
    std::vector<wide_t<T>> mean(inverse_.size()), along(inverse_.size());
    columns_.each([&](index_t, index_t k, const T& a, const T& g) {
      const auto slope = static_cast<wide_t<T>>(g) / samples;
      mean[static_cast<std::size_t>(k)] += slope;
      along[static_cast<std::size_t>(k)] += slope * static_cast<wide_t<T>>(a);
    });
    columns_.each([&](index_t i, index_t k, const T& a, const T& g) {
      const auto at = static_cast<std::size_t>(k);
      const wide_t<T> slope = static_cast<wide_t<T>>(g) - mean[at] - static_cast<wide_t<T>>(a) * along[at];
      add_to(i, k) += static_cast<T>(static_cast<wide_t<T>>(upstream) * inverse_[at] * slope);
    });
  }

 private:
  centred_columns<T> columns_;
  std::vector<wide_t<T>> inverse_;
};

}  // namespace detail

template <class Executor, class E, class T>
loss_result<T> barlow_twins::evaluate(const Executor& executor, const detail::aligned_rows<E>& rows, double upstream,
                                      const aligned_gradients<T>& wanted) const {
  MIXCON_REQUIRE(rows.count() >= 2, "barlow_twins: ", rows.count(),
                 " sample; expected at least 2, whose features can vary");
  detail::standard_columns<T> first(rows.first(), epsilon), second(rows.second(), epsilon);
  contrast<barlow_twins, dot_product> objective{*this};
  objective.scale = 1 / static_cast<double>(rows.count());
  objective.reduce = reduction::sum;
  const auto result = value_and_grad(
      executor, objective, diagonal_targets{}, first.columns().by_columns(), second.columns().by_columns(),
      {.anchors = first.columns().gradient_by_columns(), .candidates = {second.columns().gradient_by_columns()}});
  first.back(upstream, wanted.first);
  second.back(upstream, wanted.second);
  return {result.value, rows.count()};
}

}  // namespace mixcon
