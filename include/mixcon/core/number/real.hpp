// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The functions that statistics and formulas call on numbers, so that one text serves float, double, lanes and duals.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/not_finite.hpp>

#include <cmath>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

// What a number must offer besides + - * / and comparisons, so that statistics, similarities and formulas can be
// written once for float, double, long double, a vector of lanes (core/number/lanes.hpp) and dual numbers over any of
// them (core/number/dual.hpp): exp_of, log_of, log1p_of, sqrt_of, choose, plain, minus_infinity, and those of
// core/number/not_finite.hpp.

/// A plain floating-point number.
template <class T>
concept Real = std::is_floating_point_v<T>;

template <Real T>
MIXCON_HD inline T exp_of(T x) {
  using std::exp;
  return exp(x);
}
template <Real T>
MIXCON_HD inline T log_of(T x) {
  using std::log;
  return log(x);
}
template <Real T>
MIXCON_HD inline T log1p_of(T x) {
  using std::log1p;
  return log1p(x);
}
template <Real T>
MIXCON_HD inline T sqrt_of(T x) {
  using std::sqrt;
  return sqrt(x);
}

/// `yes ? a : b`, in a form that vector lanes have too: both sides are evaluated.
template <class T>
requires(!std::is_arithmetic_v<T> || Real<T> || std::is_integral_v<T>)
MIXCON_HD constexpr T choose(bool yes, T a, std::type_identity_t<T> b) {
  return yes ? a : b;
}

/// The number without its derivatives.
template <Real T>
MIXCON_HD constexpr T plain(T x) {
  return x;
}

namespace detail {
/// Whether numbers are known to be equal, on all lanes.
template <class T>
MIXCON_HD constexpr bool are_equal(const T& a, const T& b) {
  if constexpr (std::is_arithmetic_v<T>)
    return a == b;
  else if constexpr (requires { (a == b).all(); })
    return (a == b).all();
  else
    return false;
}
template <class T>
struct infinity {
  MIXCON_HD static constexpr T negative() { return T(-__builtin_huge_val()); }
};
}  // namespace detail

/// The value of an empty log-sum-exp.
template <class T>
MIXCON_HD constexpr T minus_infinity() {
  return detail::infinity<T>::negative();
}
/// Whether a number is that: a logit which hides its pair, a sum that is still empty.
template <class T>
requires(!std::is_floating_point_v<T>)
MIXCON_HD constexpr auto is_minus_infinity(const T& x) {
  return x == minus_infinity<T>();
}
/// The shift that exponents are taken against: x, or 0 where x is -infinity and nothing needs one.
template <class T>
MIXCON_HD constexpr T origin_of(const T& x) {
  return choose(is_minus_infinity(x), T(0), x);
}

/// What a comparison of two T gives: bool, or one answer a lane.
template <class T>
struct mask_of_number {
  using type = bool;
};
template <class T>
using mask_of = typename mask_of_number<T>::type;

/// The type of an index that goes with a T: index_t, or one a lane.
template <class T>
struct index_of_number {
  using type = index_t;
};
template <class T>
using index_of = typename index_of_number<T>::type;

/// The type of one lane of a T: T itself unless it has several.
template <class T>
struct scalar_of_number {
  using type = T;
};
template <class T>
using scalar_of = typename scalar_of_number<T>::type;

/// How many pairs a T stands for: 1, or the number of lanes.
template <class T>
struct lanes_of_number {
  MIXCON_HD static constexpr int count() { return 1; }
};
template <class T>
MIXCON_HD constexpr int lane_count() {
  return lanes_of_number<T>::count();
}

/// One lane of a number; a plain number has one.
template <Real T>
MIXCON_HD constexpr T lane(T x, int) {
  return x;
}
MIXCON_HD constexpr index_t lane(index_t x, int) { return x; }

/// Lanes cut into as many equal parts; a plain number is its own only part.
template <class T, int Parts>
struct parts_of_number {
  static_assert(Parts == 1);
  using type = T;
  MIXCON_HD static T get(const T& x, int) { return x; }
};
template <class T, int Parts>
using lane_part = typename parts_of_number<T, Parts>::type;
/// Part k of a number: a lane where there are as many parts as lanes.
template <int Parts, class T>
MIXCON_HD lane_part<T, Parts> part(const T& x, int k) {
  return parts_of_number<T, Parts>::get(x, k);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
