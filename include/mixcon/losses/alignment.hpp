// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The alignment loss: the mean distance of positive pairs, to a power (Wang and Isola 2020).

#include <mixcon/core/number/row_lengths.hpp>
#include <mixcon/engine/paired/aligned_calls.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// How near positive pairs lie: the mean distance of aligned rows, to a power.
///
///   value = mean_i |x_i - y_i|^power
///
/// Called with the two views (N, D): `value_and_grad(executor, alignment{}, x, y, {.first, .second})`, in O(N D). Rows
/// are taken as they are, as the paper's code does, which expects unit rows; `form = rows::unit` makes them so. At x_i
/// = y_i the gradient is 0, also where power < 2 leaves it undefined. Source: Wang and Isola 2020, arXiv:2005.10242;
/// `uniformity` is its other half.
struct alignment {
  double power = 2;  // the paper's alpha, > 0
  rows form = rows::unit_as_given;
  bool check_finite = false;  // refuse NaN and infinities, and rows of `unit_as_given` of a length outside [0.99, 1.01]
  static constexpr const char* name = "alignment";
  static constexpr bool is_of_aligned_rows = true, sets_gradients = true;

  void(check)() const {
    MIXCON_REQUIRE(power > 0 && power <= 1.7976931348623157e308, "alignment: power is ", power,
                   "; expected a finite number > 0, as 2");
  }

  /// Behind `forward`, `backward` and `value_and_grad`.
  template <class Executor, class E, class T = accumulate_t<E>>
  loss_result<T> evaluate(const Executor& executor, const detail::aligned_rows<E>& rows, double upstream,
                          const aligned_gradients<T>& wanted) const {
    using wide = detail::wide_t<T>;
    const wide share = 1 / static_cast<wide>(rows.count());
    const wide sum = detail::sum_by_rows<wide>(executor, rows.memory(), rows.count(), [&](index_t i) {
      const T *x = rows.first().row(i), *y = rows.second().row(i);
      const wide distance = vectors::distance_of(x, y, rows.width());
      put_gradients(rows, i, distance, static_cast<wide>(upstream) * share, wanted);
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
  void put_gradients(const detail::aligned_rows<E>& rows, index_t i, wide distance, wide factor,
                     const aligned_gradients<T>& to) const {
    if (!to.first && !to.second) return;
    const T *x = rows.first().row(i), *y = rows.second().row(i);
    const wide slope = distance == 0 ? 0 : factor * static_cast<wide>(power) * raised(distance, power - 1),
               by_entry = distance == 0 ? 0 : slope / distance;
    const bool has_room = by_entry - by_entry == 0;
    const bool sets = rows.sets_gradients();
    if (form != mixcon::rows::unit && are_side_by_side(to.first) && are_side_by_side(to.second) &&
        is_moderate(distance) && is_moderate(by_entry))
      return vectors::put_difference(sets, static_cast<T>(by_entry), x, y, row_of(to.first, i), row_of(to.second, i),
                                     rows.width());
    const auto along = [=](index_t k, auto as) MIXCON_IN_LOOPS {
      using W = decltype(as);
      const W apart = vectors::load_wide<W>(x + k) - vectors::load_wide<W>(y + k);
      return has_room ? W(by_entry) * apart : W(slope) * (apart / W(distance));
    };
    const auto against = [=](index_t k, auto as) MIXCON_IN_LOOPS { return decltype(as)(0) - along(k, as); };
    put_along(rows.first(), i, sets, to.first, along);
    put_along(rows.second(), i, sets, to.second, against);
  }
  /// Whether products with differences of such a size keep their digits in float.
  template <class wide>
  static bool is_moderate(wide x) {
    const wide size = x < 0 ? -x : x;
    return size > wide(1e-15) && size < wide(1e15);
  }
  template <class T>
  static bool are_side_by_side(const matrix_view<T>& to) {
    return !to || to.stride(1) == 1;
  }
  template <class T>
  static T* row_of(const matrix_view<T>& to, index_t i) {
    return to ? &to(i, 0) : nullptr;
  }
  template <class T, class Along>
  void put_along(const detail::packed_rows<T>& packed, index_t i, bool sets, const matrix_view<T>& to,
                 const Along& along) const {
    if (!to) return;
    if (form != rows::unit) return vectors::put_wide_terms(sets, &to(i, 0), to.stride(1), to.extent(1), along);
    if (sets) detail::clear_row(to, i);
    packed.unpack_each(
        i, [&](index_t k) { return static_cast<T>(along(k, detail::wide_t<T>())); },
        vector_view<T>{&to(i, 0), {to.extent(1)}, {to.stride(1)}});
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
