// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/real.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// How rows enter a similarity: as they are, or divided by their length (a row of length <= 1e-12 is divided by 1e-12,
/// and its gradient is 0).
enum class rows { as_given, unit };

/// Slopes of a similarity s(a, c): d s / d a = other * c + own * a, and the same with a and c exchanged.
template <class T>
struct similarity_slopes {
  T other{}, own{};
};

// A similarity is a function of one dot product and two squared lengths, of rows prepared as it says:
//   rows anchor_rows() const, candidate_rows() const
//   T value(T dot, T anchor_squared, T candidate_squared) const, similarity_slopes<T> slopes(the same) const
//   static constexpr bool linear: the value is the dot product itself

/// <a, c> of the rows; each side as given unless asked to be made unit rows.
struct dot_product {
  rows anchors = rows::as_given, candidates = rows::as_given;

  static constexpr bool linear = true;
  constexpr rows anchor_rows() const { return anchors; }
  constexpr rows candidate_rows() const { return candidates; }
  template <class T>
  MIXCON_HD T value(const T& dot, const T&, const T&) const {
    return dot;
  }
  template <class T>
  MIXCON_HD similarity_slopes<T> slopes(const T&, const T&, const T&) const {
    return {T(1), T(0)};
  }
};

/// <a, c> / (|a| |c|), in [-1, 1].
struct cosine {
  static constexpr bool linear = true;
  constexpr rows anchor_rows() const { return rows::unit; }
  constexpr rows candidate_rows() const { return rows::unit; }
  template <class T>
  MIXCON_HD T value(const T& dot, const T&, const T&) const {
    return dot;
  }
  template <class T>
  MIXCON_HD similarity_slopes<T> slopes(const T&, const T&, const T&) const {
    return {T(1), T(0)};
  }
};

namespace detail {
/// |a - c|^2 from products; clamped at 0, since rounding can leave less.
template <class T>
MIXCON_HD T squared_distance(const T& dot, const T& aa, const T& cc) {
  const T squared = (aa - dot) + (cc - dot);
  return choose(squared <= T(0), T(0), squared);
}
}  // namespace detail

/// -|a - c|^2.
struct negative_squared_distance {
  rows anchors = rows::as_given, candidates = rows::as_given;

  static constexpr bool linear = false;
  constexpr rows anchor_rows() const { return anchors; }
  constexpr rows candidate_rows() const { return candidates; }
  template <class T>
  MIXCON_HD T value(const T& dot, const T& aa, const T& cc) const {
    return T(0) - detail::squared_distance(dot, aa, cc);
  }
  template <class T>
  MIXCON_HD similarity_slopes<T> slopes(const T&, const T&, const T&) const {
    return {T(2), T(-2)};
  }
};

/// -|a - c|; slope 0 where the rows coincide. Rows closer than about sqrt(eps) of their length are compared with that
/// absolute error, since the distance comes from products.
struct negative_distance {
  rows anchors = rows::as_given, candidates = rows::as_given;

  static constexpr bool linear = false;
  constexpr rows anchor_rows() const { return anchors; }
  constexpr rows candidate_rows() const { return candidates; }
  template <class T>
  MIXCON_HD T value(const T& dot, const T& aa, const T& cc) const {
    return T(0) - sqrt_of(detail::squared_distance(dot, aa, cc));
  }
  template <class T>
  MIXCON_HD similarity_slopes<T> slopes(const T& dot, const T& aa, const T& cc) const {
    const T distance = sqrt_of(detail::squared_distance(dot, aa, cc));
    const T inverse = choose(distance == T(0), T(0), T(1) / distance);
    return {inverse, T(0) - inverse};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
