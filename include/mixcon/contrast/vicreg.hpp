// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/barlow_twins.hpp>
#include <mixcon/contrast/targets/other_rows.hpp>

namespace mixcon {

/// VICReg: views are to agree, each feature to vary, different features to vary apart.
///
///   loss = invariance mean((z1 - z2)^2)
///        + sum over views of   variance h mean_j [1 - sqrt(V_jj + epsilon)]+  +  covariance / D sum_{i != j} V_ij^2
///
/// V: covariance of a view's features, divided by N - 1; the first mean is over N D entries; h = 1/2 with
/// `halves_variance`, else 1. Called with the two views (N, D), N >= 2:
/// `value_and_grad(executor, vicreg{}, z1, z2, {.first, .second})`. Neither V (D, D) nor the Gram matrix (N, N) that
/// stands for it where D > N is stored. Source: Bardes et al. 2021, arXiv:2105.04906, eq. 1 to 6.
struct vicreg {
  double invariance = 25, variance = 25, covariance = 1;  // >= 0; the paper's lambda, mu, nu
  double epsilon = 1e-4;                                  // > 0, in units of variance
  bool halves_variance = true;  // as lightly and the authors' code; false: as the paper and solo-learn
  static constexpr const char* name = "vicreg";
  static constexpr bool is_of_aligned_rows = true;

  void check() const {
    for (const double weight : {invariance, variance, covariance})
      MIXCON_REQUIRE(weight >= 0 && weight - weight == 0, "vicreg: a weight is ", weight,
                     "; expected finite numbers >= 0, as 25, 25 and 1");
    MIXCON_REQUIRE(epsilon > 0 && epsilon - epsilon == 0, "vicreg: epsilon is ", epsilon,
                   "; expected a finite number > 0, as 1e-4");
  }

  template <class Executor, class E, class T = accumulate_t<E>>
  loss_result<T> evaluate(const Executor& executor, const detail::aligned_rows<E>& rows, double upstream,
                          const aligned_gradients<T>& wanted) const {
    using wide = wide_t_of<T>;
    MIXCON_REQUIRE(rows.count() >= 2, "vicreg: ", rows.count(),
                   " sample; expected at least 2, whose features can vary");
    const wide value = agree(rows, static_cast<wide>(upstream), wanted) +
                       spread(executor, rows.first(), static_cast<wide>(upstream), wanted.first) +
                       spread(executor, rows.second(), static_cast<wide>(upstream), wanted.second);
    return {static_cast<T>(value), rows.count()};
  }

 private:
  template <class T>
  using wide_t_of = detail::wide_t<T>;

  /// The first term.
  template <class E, class T, class wide>
  wide agree(const detail::aligned_rows<E>& rows, wide upstream, const aligned_gradients<T>& wanted) const {
    const wide share = static_cast<wide>(invariance) / static_cast<wide>(rows.count() * rows.width());
    wide sum = 0;
    for (index_t i = 0; i < rows.count(); ++i)
      for (index_t k = 0; k < rows.width(); ++k) {
        const wide apart = static_cast<wide>(rows.first().row(i)[k]) - static_cast<wide>(rows.second().row(i)[k]);
        const auto slope = static_cast<T>(2 * upstream * share * apart);
        sum += apart * apart;
        if (wanted.first) wanted.first(i, k) += slope;
        if (wanted.second) wanted.second(i, k) -= slope;
      }
    return share * sum;
  }

  /// The other terms, of one view.
  template <class Executor, class T, class wide>
  wide spread(const Executor& executor, const detail::packed_rows<T>& z, wide upstream,
              const matrix_view<T>& wanted) const {
    const bool by_samples = z.width() > z.count();  // the smaller of the Gram matrices has the same sum of squares
    detail::centred_columns<T> columns(z, by_samples);
    const wide freedom = static_cast<wide>(z.count() - 1), share = 1 / static_cast<wide>(z.width());
    wide value = squares_of_products(executor, columns, by_samples);
    std::vector<wide> slope;  // d value / d column, as a factor of the column
    for (index_t k = 0; k < z.width(); ++k) {
      const wide own = columns.squares(k) / freedom, deviation = std::sqrt(own + static_cast<wide>(epsilon));
      const wide weight = static_cast<wide>(halves_variance ? variance / 2 : variance) * share;
      const wide lacking = 1 - deviation, diagonal = static_cast<wide>(covariance) * share * own;
      slope.push_back(lacking <= 0 ? 0 : -weight / (freedom * deviation));
      value += lacking <= 0 ? 0 : weight * lacking;
      if (by_samples) value -= diagonal * own, slope.back() -= 4 * diagonal / freedom;
    }
    if (wanted)
      columns.each([&](index_t i, index_t k, const T& centred, const T& by_products) {
        const wide by_deviation = slope[static_cast<std::size_t>(k)] * static_cast<wide>(centred);
        wanted(i, k) += static_cast<T>(upstream * (2 * static_cast<wide>(by_products) + by_deviation));
      });
    return value;
  }

  /// covariance / D times the sum of V_ij^2, i != j, by features; by samples, i = j as well. Sets half of the columns'
  /// gradient: a product's second factor has the same as its first.
  template <class Executor, class T>
  detail::wide_t<T> squares_of_products(const Executor& executor, detail::centred_columns<T>& columns,
                                        bool by_samples) const {
    contrast<barlow_twins, dot_product> objective{
        barlow_twins{.redundancy = covariance / static_cast<double>(columns.width())}};
    objective.scale = 1 / static_cast<double>(columns.rows() - 1);
    objective.reduce = reduction::sum;
    const auto sum = [&](const auto& targets, const matrix_view<const T>& rows, const matrix_view<T>& gradient) {
      return value_and_grad(executor, objective, targets, rows, rows, {.anchors = gradient}).value;
    };
    const auto& given = columns;
    return static_cast<detail::wide_t<T>>(by_samples
                                              ? sum(every_negative{}, given.by_rows(), columns.gradient_by_rows())
                                              : sum(other_rows{}, given.by_columns(), columns.gradient_by_columns()));
  }
};

}  // namespace mixcon
