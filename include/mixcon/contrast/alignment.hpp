// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/aligned.hpp>
#include <mixcon/core/ordered_sum.hpp>

#include <cmath>

namespace mixcon {

/// How near positive pairs lie: the mean distance of aligned rows, to a power.
///
///   value = mean_i |x_i - y_i|^power
///
/// Rows are expected to have length 1; `form = rows::unit` makes them so. At x_i = y_i the gradient is 0, also where
/// power < 2 leaves it undefined. Source: Wang and Isola 2020, arXiv:2005.10242; `uniformity` is its other half.
struct alignment {
  double power = 2;  // the paper's alpha, > 0
  rows form = rows::as_given;

  void check() const {
    MIXCON_REQUIRE(power > 0 && power <= 1.7976931348623157e308, "alignment: power is ", power,
                   "; expected a finite number > 0, as 2");
  }
};

namespace detail {

/// |a - b|, without overflow or underflow on the way; NaN stays.
template <class T>
wide_t<T> distance_of(const T* a, const T* b, index_t width) {
  wide_t<T> top = 0, sum = 0;
  for (index_t k = 0; k < width; ++k) {
    const wide_t<T> apart = static_cast<wide_t<T>>(a[k]) - static_cast<wide_t<T>>(b[k]);
    const wide_t<T> size = apart < 0 ? -apart : apart;
    if (!(size <= top)) top = size;
  }
  if (top == 0 || top - top != 0) return top;
  for (index_t k = 0; k < width; ++k) {
    const wide_t<T> part = (static_cast<wide_t<T>>(a[k]) - static_cast<wide_t<T>>(b[k])) / top;
    sum += part * part;
  }
  return top * std::sqrt(sum);
}

template <class E>
auto alignment_value(const alignment& loss, const aligned_rows<E>& rows) {
  using T = accumulate_t<E>;
  ordered_sum<wide_t<T>> sum;
  for (index_t i = 0; i < rows.count(); ++i)
    sum.add(std::pow(distance_of(rows.first().row(i), rows.second().row(i), rows.width()),
                     static_cast<wide_t<T>>(loss.power)));
  return loss_result<T>{static_cast<T>(sum.value() / static_cast<wide_t<T>>(rows.count())), rows.count()};
}

template <class E, class T = accumulate_t<E>>
void add_alignment_gradients(const alignment& loss, const aligned_rows<E>& rows, double upstream,
                             const aligned_gradients<T>& to) {
  const auto power = static_cast<wide_t<T>>(loss.power);
  std::vector<T> by_first(static_cast<std::size_t>(rows.width())), by_second(by_first);
  for (index_t i = 0; i < rows.count(); ++i) {
    const T *x = rows.first().row(i), *y = rows.second().row(i);
    const wide_t<T> distance = distance_of(x, y, rows.width());
    if (distance == 0) continue;
    const wide_t<T> slope =
        static_cast<wide_t<T>>(upstream) * power * std::pow(distance, power - 1) / static_cast<wide_t<T>>(rows.count());
    for (index_t k = 0; k < rows.width(); ++k) {
      const wide_t<T> apart = static_cast<wide_t<T>>(x[k]) - static_cast<wide_t<T>>(y[k]);
      const T along = static_cast<T>(slope * (apart / distance));
      by_first[static_cast<std::size_t>(k)] = along, by_second[static_cast<std::size_t>(k)] = -along;
    }
    auto row_of = [&](const matrix_view<T>& m) { return vector_view<T>{&m(i, 0), {m.extent(1)}, {m.stride(1)}}; };
    if (to.first) rows.first().unpack(i, by_first.data(), row_of(to.first));
    if (to.second) rows.second().unpack(i, by_second.data(), row_of(to.second));
  }
}

}  // namespace detail

/// The alignment of rows x and y, (N, D) each. O(N D); an executor of any kind, on the calling thread.
template <class Executor, Viewable<2> First, Viewable<2> Second>
auto forward(const Executor&, const alignment& loss, const First& x, const Second& y) {
  using E = element_t<const First>;
  loss.check();
  return detail::alignment_value(
      loss, detail::aligned_rows<E>("forward", "alignment", mixcon::view<2>(x), mixcon::view<2>(y), loss.form));
}
/// Adds `upstream` times the gradients that are wanted.
template <class Executor, Viewable<2> First, Viewable<2> Second>
void backward(const Executor&, const alignment& loss, const First& x, const Second& y, double upstream,
              const aligned_gradients<accumulate_t<element_t<const First>>>& wanted) {
  using E = element_t<const First>;
  loss.check();
  const detail::aligned_rows<E> rows("backward", "alignment", mixcon::view<2>(x), mixcon::view<2>(y), loss.form);
  rows.check_gradients(wanted);
  detail::add_alignment_gradients(loss, rows, upstream, wanted);
}
/// The alignment, and its gradients: sets them.
template <class Executor, Viewable<2> First, Viewable<2> Second>
auto value_and_grad(const Executor&, const alignment& loss, const First& x, const Second& y,
                    const aligned_gradients<accumulate_t<element_t<const First>>>& wanted) {
  using E = element_t<const First>;
  loss.check();
  const detail::aligned_rows<E> rows("value_and_grad", "alignment", mixcon::view<2>(x), mixcon::view<2>(y), loss.form);
  rows.check_gradients(wanted);
  const auto result = detail::alignment_value(loss, rows);
  detail::clear(wanted);
  detail::add_alignment_gradients(loss, rows, 1, wanted);
  return result;
}

}  // namespace mixcon
