// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/aligned_calls.hpp>

#include <cmath>

namespace mixcon {

namespace detail {

/// sum_k ((a_k - b_k) / unit)^2, in eight running sums.
template <class T>
wide_t<T> squared_distance_of(const T* a, const T* b, index_t width, wide_t<T> unit) {
  wide_t<T> sums[8] = {};
  const auto part = [&](index_t k) {
    const wide_t<T> apart = static_cast<wide_t<T>>(a[k]) - static_cast<wide_t<T>>(b[k]);
    return unit == 1 ? apart : apart / unit;
  };
  index_t k = 0;
  for (; k + 8 <= width; k += 8)
    for (index_t j = 0; j < 8; ++j) sums[j] += part(k + j) * part(k + j);
  for (; k < width; ++k) sums[k % 8] += part(k) * part(k);
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

/// |a - b|, without overflow or underflow on the way; NaN stays.
template <class T>
wide_t<T> distance_of(const T* a, const T* b, index_t width) {
  const wide_t<T> direct = squared_distance_of(a, b, width, wide_t<T>(1));
  const bool has_room = sizeof(T) < sizeof(wide_t<T>) || direct > wide_t<T>(1e-200);
  if (has_room && direct < wide_t<T>(1e200)) return std::sqrt(direct);  // of narrow numbers: unless one is infinite
  wide_t<T> top = 0;
  for (index_t k = 0; k < width; ++k) {
    const wide_t<T> apart = static_cast<wide_t<T>>(a[k]) - static_cast<wide_t<T>>(b[k]);
    const wide_t<T> size = apart < 0 ? -apart : apart;
    if (!(size <= top)) top = size;
  }
  return top == 0 || top - top != 0 ? top : top * std::sqrt(squared_distance_of(a, b, width, top));
}

}  // namespace detail

/// How near positive pairs lie: the mean distance of aligned rows, to a power.
///
///   value = mean_i |x_i - y_i|^power
///
/// Called with the two views (N, D): `value_and_grad(executor, alignment{}, x, y, {.first, .second})`, in O(N D). Rows
/// are expected to have length 1; `form = rows::unit` makes them so. At x_i = y_i the gradient is 0, also where power <
/// 2 leaves it undefined. Source: Wang and Isola 2020, arXiv:2005.10242; `uniformity` is its other half.
struct alignment {
  double power = 2;  // the paper's alpha, > 0
  rows form = rows::as_given;
  static constexpr const char* name = "alignment";
  static constexpr bool is_of_aligned_rows = true;

  void check() const {
    MIXCON_REQUIRE(power > 0 && power <= 1.7976931348623157e308, "alignment: power is ", power,
                   "; expected a finite number > 0, as 2");
  }

  /// Behind `forward`, `backward` and `value_and_grad`.
  template <class Executor, class E, class T = accumulate_t<E>>
  loss_result<T> evaluate(const Executor& executor, const detail::aligned_rows<E>& rows, double upstream,
                          const aligned_gradients<T>& wanted) const {
    using wide = detail::wide_t<T>;
    const wide share = 1 / static_cast<wide>(rows.count());
    const wide sum = detail::sum_by_rows<wide>(executor, rows.count(), [&](index_t i) {
      const wide distance = detail::distance_of(rows.first().row(i), rows.second().row(i), rows.width());
      add_gradients(rows, i, distance, static_cast<wide>(upstream) * share, wanted);
      return raised(distance, power);
    });
    return {static_cast<T>(share * sum), rows.count()};
  }

 private:
  template <class wide>
  static wide raised(wide distance, double power) {
    if (power == 2) return distance * distance;
    return power == 1 ? distance : std::pow(distance, static_cast<wide>(power));
  }
  template <class E, class T, class wide>
  void add_gradients(const detail::aligned_rows<E>& rows, index_t i, wide distance, wide factor,
                     const aligned_gradients<T>& to) const {
    if (distance == 0 || (!to.first && !to.second)) return;
    const T *x = rows.first().row(i), *y = rows.second().row(i);
    const wide slope = factor * static_cast<wide>(power) * raised(distance, power - 1), by_entry = slope / distance;
    const bool has_room = by_entry - by_entry == 0;
    std::vector<T> along(static_cast<std::size_t>(rows.width()));
    for (index_t k = 0; k < rows.width(); ++k) {
      const wide apart = static_cast<wide>(x[k]) - static_cast<wide>(y[k]);
      along[static_cast<std::size_t>(k)] = static_cast<T>(has_room ? by_entry * apart : slope * (apart / distance));
    }
    const auto row_of = [i](const matrix_view<T>& m) { return vector_view<T>{&m(i, 0), {m.extent(1)}, {m.stride(1)}}; };
    if (to.first) rows.first().unpack(i, along.data(), row_of(to.first));
    for (T& entry : along) entry = -entry;
    if (to.second) rows.second().unpack(i, along.data(), row_of(to.second));
  }
};

}  // namespace mixcon
