// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// How alike two rows are: cosine, dot product, negative distances; and whether rows are made unit rows first.

#include <mixcon/core/number/real.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// How rows enter a similarity.
enum class rows {
  as_given,       // as they are, of any length
  unit,           // divided by their length; a row of length <= 1e-12 is divided by 1e-12, and its gradient is 0
  unit_as_given,  // as they are, since they are unit rows already: `check_finite` refuses lengths outside [0.99, 1.01]
};

/// Slopes of a similarity s(a, c): d s / d a = other * c + own * a, and the same with a and c exchanged.
template <class T>
struct similarity_slopes {
  T other{}, own{};
};

// A similarity is a function of one dot product and two squared lengths, of rows prepared as it says:
//   rows anchor_rows() const, candidate_rows() const
//   T value(T dot, T anchor_squared, T candidate_squared) const, similarity_slopes<T> slopes(the same) const
//   static constexpr bool linear: the value is the dot product itself
// One that is a function of the distance says so by two more, which engines call with |a - c| from differences where
// products would cancel, overflow or underflow:
//   T of_distance(T distance) const, T slope_by_distance(T distance) const
// What engines and searches then promise of a distance in T, eps being 2^-24 in float and 2^-53 in double: a relative
// error of at most 4 (D + 8) eps for rows of D numbers, twice that of its square, over the whole range of T; 0 for a
// row and its copy; the same bits in both directions. Unit rows are rounded to T first: an absolute error of 2 eps
// besides.

/// <a, c> of the rows; each side as given unless asked to be made unit rows.
struct dot_product {
  rows anchors = rows::as_given, candidates = rows::as_given;  // how each side enters

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

template <class Similarity>
inline constexpr bool is_of_distance = requires(const Similarity& similarity, double distance) {
  similarity.of_distance(distance);
  similarity.slope_by_distance(distance);
};
}  // namespace detail

/// -|a - c|^2.
struct negative_squared_distance {
  rows anchors = rows::as_given, candidates = rows::as_given;  // how each side enters

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
  template <class T>
  MIXCON_HD T of_distance(const T& distance) const {
    return T(0) - distance * distance;
  }
  template <class T>
  MIXCON_HD T slope_by_distance(const T& distance) const {
    return T(-2) * distance;
  }
};

/// -|a - c|; slope 0 where the rows coincide.
struct negative_distance {
  rows anchors = rows::as_given, candidates = rows::as_given;  // how each side enters

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
  template <class T>
  MIXCON_HD T of_distance(const T& distance) const {
    return T(0) - distance;
  }
  template <class T>
  MIXCON_HD T slope_by_distance(const T&) const {
    return T(-1);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
