// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// VICReg: views should agree, each feature should vary, and features should be uncorrelated.

#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/paired/columns.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// VICReg: views are to agree, each feature to vary, different features to vary apart.
///
///   loss = invariance mean((z1 - z2)^2)
///        + sum over views of   variance h mean_j [1 - sqrt(V_jj + epsilon)]+  +  covariance / D sum_{i != j} V_ij^2
///
/// V: covariance of a view's features, divided by N - 1; the first mean is over N D entries; h = 1/2 with
/// `halves_variance`, else 1. Called with the two views (N, D), N >= 2:
/// `value_and_grad(executor, vicreg{}, z1, z2, {.first, .second})`. V (D, D), or the Gram matrix (N, N) that
/// stands for it where D > N, is stored: memory O(N D). Source: Bardes et al. 2021, arXiv:2105.04906, eq. 1 to 6.
struct vicreg {
  double invariance = 25, variance = 25, covariance = 1;  // >= 0; the paper's lambda, mu, nu
  double epsilon = 1e-4;                                  // > 0, in units of variance
  bool halves_variance = true;  // as lightly and the authors' code; false: as the paper and solo-learn
  static constexpr const char* name = "vicreg";
  static constexpr bool is_of_aligned_rows = true;

  void(check)() const {
    for (const double weight : {invariance, variance, covariance})
      MIXCON_REQUIRE(weight >= 0 && weight - weight == 0, "vicreg: a weight is ", weight,
                     "; expected finite numbers >= 0, as 25, 25 and 1");
    MIXCON_REQUIRE(epsilon > 0 && epsilon - epsilon == 0, "vicreg: epsilon is ", epsilon,
                   "; expected a finite number > 0, as 1e-4");
  }

  template <class Executor, class E, class T = accumulate_t<E>>
  loss_result<T> evaluate(const Executor& executor, const detail::aligned_rows<E>& rows, double upstream,
                          const aligned_gradients<T>& wanted) const {
    using wide = detail::wide_t<T>;
    MIXCON_REQUIRE(rows.count() >= 2, "vicreg: ", rows.count(),
                   " sample; expected at least 2, whose features can vary");
    const wide value = agree(executor, rows, static_cast<wide>(upstream), wanted) +
                       spread(executor, rows.memory(), rows.first(), static_cast<wide>(upstream), wanted.first) +
                       spread(executor, rows.memory(), rows.second(), static_cast<wide>(upstream), wanted.second);
    return {static_cast<T>(value), rows.count()};
  }

 private:
  /// The first term.
  template <class Executor, class E, class T, class wide>
  wide agree(const Executor& executor, const detail::aligned_rows<E>& rows, wide upstream,
             const aligned_gradients<T>& wanted) const {
    const wide share = static_cast<wide>(invariance) / static_cast<wide>(rows.count() * rows.width());
    return share * detail::sum_by_rows<wide>(executor, rows.memory(), rows.count(), [&](index_t i) {
             const T *first = rows.first().row(i), *second = rows.second().row(i);
             const wide sum = detail::sum_by_eight<wide>(rows.width(), [&](index_t k) {
               const wide apart = static_cast<wide>(first[k]) - static_cast<wide>(second[k]);
               return apart * apart;
             });
             using vectors::load_wide;
             const auto add = [&](const matrix_view<T>& to, wide factor) {
               if (to && to.stride(1) == 1) {
                 T* const at = &to(i, 0);
                 return vectors::for_each_wide<T>(rows.width(), [&](index_t k, auto lanes) MIXCON_IN_LOOPS {
                   using W = decltype(lanes);
                   vectors::store_wide<W>(
                       at + k, load_wide<W>(at + k) + W(factor) * (load_wide<W>(first + k) - load_wide<W>(second + k)));
                 });
               }
               for (index_t k = 0; k < to.extent(1); ++k)
                 to(i, k) += static_cast<T>(factor * (static_cast<wide>(first[k]) - static_cast<wide>(second[k])));
             };
             add(wanted.first, 2 * upstream * share);
             add(wanted.second, -2 * upstream * share);
             return sum;
           });
  }

  /// The other terms, of one view. With x the centred view, the sum of squares of x^T x is that of x x^T: the smaller
  /// one is computed; of that of samples the features' own squares are taken off again.
  template <class Executor, class T, class wide>
  wide spread(const Executor& executor, workspace* memory, const detail::packed_rows<T>& z, wide upstream,
              const matrix_view<T>& wanted) const {
    const detail::centred_features<T> x(z, memory);
    const wide freedom = static_cast<wide>(z.count() - 1), share = 1 / static_cast<wide>(z.width());
    const wide factor = static_cast<wide>(covariance) * share;
    auto products = detail::column_products(executor, x.entries(), x.entries(), 1 / freedom);
    if (!x.has_samples_as_columns())
      for (index_t k = 0; k < z.width(); ++k) products.row(k)[k] = 0;
    wide value = factor * detail::sum_by_rows<wide>(executor, memory, products.rows, [&](index_t i) {
                   wide sum = 0;
                   for (index_t j = 0; j < products.columns; ++j)
                     sum += static_cast<wide>(products.row(i)[j]) * static_cast<wide>(products.row(i)[j]);
                   return sum;
                 });
    scratch<wide> slope(memory);  // d value / d feature, as a factor of the feature
    for (index_t k = 0; k < z.width(); ++k) {
      const wide own = x.squares(k) / freedom, deviation = std::sqrt(own + static_cast<wide>(epsilon));
      const wide weight = static_cast<wide>(halves_variance ? variance / 2 : variance) * share;
      const wide lacking = 1 - deviation;
      slope.push_back(lacking <= 0 ? 0 : -weight / (freedom * deviation));
      value += lacking <= 0 ? 0 : weight * lacking;
      if (x.has_samples_as_columns())
        value -= factor * own * own, slope[slope.size() - 1] -= 4 * factor * own / freedom;
    }
    if (wanted)
      detail::for_each_product_row(executor, x.entries(), products, [&](index_t i, const T* row) {
        const T* const entries = x.entries().row(i);
        if (!x.has_samples_as_columns() && wanted.stride(1) == 1) {
          T* const at = &wanted(i, 0);
          const wide by_products = upstream * 4 * factor / freedom;
          using vectors::load_wide, detail::load_as;
          return vectors::for_each_wide<T>(z.width(), [&](index_t k, auto lanes) MIXCON_IN_LOOPS {
            using W = decltype(lanes);
            const W by_own = W(upstream) * load_as<W>(slope.data() + k) * load_wide<W>(entries + k);
            vectors::store_wide<W>(at + k, load_wide<W>(at + k) + W(by_products) * load_wide<W>(row + k) + by_own);
          });
        }
        x.each_of_row(i, [&](index_t sample, index_t k, index_t j) {
          const wide by_products = 4 * factor / freedom * static_cast<wide>(row[j]);
          const wide by_own = slope[static_cast<std::size_t>(k)] * static_cast<wide>(entries[j]);
          wanted(sample, k) += static_cast<T>(upstream * (by_products + by_own));
        });
      });
    return value;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
