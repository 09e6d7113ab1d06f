// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// How alike two rows of features are, with the same order on every machine; pairings by distance compare it.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/tensor_view.hpp>

#include <cmath>
#include <limits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::pairing {

/// How alike two rows of features are.
enum class likeness {
  cosine,    ///< a row of zeros is as unlike everything: 0
  euclidean  ///< the negative squared distance
};

namespace detail {

/// How alike two rows are, comparable between pairs: squares of distances need more exponents than double has, so
/// `range` says which they are in.
struct likeness_value {
  int range = 0;  // -1: farther apart than 2^400, 1: closer than 2^-400, value in another unit
  double value = 0;

  friend bool operator<(const likeness_value& a, const likeness_value& b) {
    return a.range != b.range ? a.range < b.range : a.value < b.value;
  }
};

// The fused product rounds once whether or not the compiler would fuse by itself: the same partners everywhere.
inline double plus_square(double sum, double x) { return __builtin_fma(x, x, sum); }

template <class A, class B>
likeness_value by_distance(vector_view<const A> a, vector_view<const B> b) {
  const auto squared = [&](auto&& apart) {
    double sum = 0;
    for (index_t d = 0; d < a.extent(0); ++d)
      sum = plus_square(sum, apart(static_cast<double>(a[d]), static_cast<double>(b[d])));
    return sum;
  };
  const double direct = squared([](double x, double y) { return x - y; });
  if (direct > 0x1p-800 && direct < 0x1p800) return {0, -direct};
  if (direct <= 0x1p-800) return {1, -squared([](double x, double y) { return (x - y) * 0x1p600; })};
  return {-1, -squared([](double x, double y) { return x * 0x1p-600 - y * 0x1p-600; })};
}

/// The power of two just above a row's largest number; 0 where all are 0, or one is infinite.
template <class T>
int exponent_of(vector_view<const T> row) {
  double largest = 0;
  for (index_t d = 0; d < row.extent(0); ++d) {
    const double x = static_cast<double>(row[d]), size = x < 0 ? -x : x;
    largest = size > largest ? size : largest;
  }
  int exponent = 0;
  if (largest > 0 && largest <= (std::numeric_limits<double>::max)()) std::frexp(largest, &exponent);
  return exponent;
}

template <class T>
double squared_length(vector_view<const T> row) {
  double sum = 0;
  for (index_t d = 0; d < row.extent(0); ++d) sum = plus_square(sum, static_cast<double>(row[d]));
  return sum;
}

/// `a_squared`: the squared length of a.
template <class A, class B>
likeness_value by_angle(vector_view<const A> a, double a_squared, vector_view<const B> b) {
  double product = 0, b_squared = 0;
  for (index_t d = 0; d < a.extent(0); ++d) {
    const double x = static_cast<double>(a[d]), y = static_cast<double>(b[d]);
    product = __builtin_fma(x, y, product);
    b_squared = plus_square(b_squared, y);
  }
  const auto has_room = [](double squared) { return squared > 0x1p-400 && squared < 0x1p400; };
  if (!has_room(a_squared) || !has_room(b_squared)) {
    const int of_a = exponent_of(a), of_b = exponent_of(b);
    product = a_squared = b_squared = 0;
    for (index_t d = 0; d < a.extent(0); ++d) {
      const double x = std::ldexp(static_cast<double>(a[d]), -of_a), y = std::ldexp(static_cast<double>(b[d]), -of_b);
      product = __builtin_fma(x, y, product);
      a_squared = plus_square(a_squared, x), b_squared = plus_square(b_squared, y);
    }
  }
  if (a_squared == 0 || b_squared == 0) return {0, product};  // 0, or NaN beside what is not finite
  return {0, product / (portable::sqrt(a_squared) * portable::sqrt(b_squared))};
}

}  // namespace detail
}  // namespace mixcon::pairing

MIXCON_STRICT_FLOATS_END
