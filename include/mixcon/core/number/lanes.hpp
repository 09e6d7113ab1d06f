// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Vector lanes: several numbers in one register, with the arithmetic, comparisons and functions of one number.

#include <mixcon/core/number/dual.hpp>
#include <mixcon/core/number/lane_mask.hpp>

#include <cstdint>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {

namespace vectors {

// The six comparisons: of vectors, and as AVX-512 numbers them, for floats and for integers.
struct greater {
  static constexpr int of_floats = 30, of_integers = 6;
  template <class Lanes, class Mask>
  MIXCON_HD static void compare(const Lanes& a, const Lanes& b, Mask& to) {
    to.v = a.v > b.v;
  }
};
struct less {
  static constexpr int of_floats = 17, of_integers = 1;
  template <class Lanes, class Mask>
  MIXCON_HD static void compare(const Lanes& a, const Lanes& b, Mask& to) {
    to.v = a.v < b.v;
  }
};
struct at_most {
  static constexpr int of_floats = 18, of_integers = 2;
  template <class Lanes, class Mask>
  MIXCON_HD static void compare(const Lanes& a, const Lanes& b, Mask& to) {
    to.v = a.v <= b.v;
  }
};
struct at_least {
  static constexpr int of_floats = 29, of_integers = 5;
  template <class Lanes, class Mask>
  MIXCON_HD static void compare(const Lanes& a, const Lanes& b, Mask& to) {
    to.v = a.v >= b.v;
  }
};
struct equal {
  static constexpr int of_floats = 0, of_integers = 0;
  template <class Lanes, class Mask>
  MIXCON_HD static void compare(const Lanes& a, const Lanes& b, Mask& to) {
    to.v = a.v == b.v;
  }
};
struct different {
  static constexpr int of_floats = 4, of_integers = 4;
  template <class Lanes, class Mask>
  MIXCON_HD static void compare(const Lanes& a, const Lanes& b, Mask& to) {
    to.v = a.v != b.v;
  }
};

struct unordered {
  static constexpr int of_floats = 3;
};

template <class Comparison, class T, int W>
MIXCON_HD inline lane_mask<T, W> compared(const lanes<T, W>& a, const lanes<T, W>& b) {
  lane_mask<T, W> mask;
#if MIXCON_HAS_MASK_BITS
  if constexpr (has_mask_bits<T, W>) {
    if constexpr (std::is_integral_v<T>)
      mask.v = compared_indices<Comparison::of_integers>(a.v, b.v);
    else if constexpr (W == 16)
      mask.v = compared_floats<Comparison::of_floats>(a.v, b.v);
    else
      mask.v = compared_doubles<Comparison::of_floats>(a.v, b.v);
  } else if constexpr (sizeof a.v >= 64) {  // g++ knows no such comparison without AVX-512's flags: in halves
    lanes<T, W / 2> x, y;
    lane_mask<T, W / 2> some;
    for (std::size_t at = 0; at < sizeof a.v; at += sizeof x.v) {
      __builtin_memcpy(&x.v, reinterpret_cast<const char*>(&a.v) + at, sizeof x.v);
      __builtin_memcpy(&y.v, reinterpret_cast<const char*>(&b.v) + at, sizeof y.v);
      some = compared<Comparison>(x, y);
      __builtin_memcpy(reinterpret_cast<char*>(&mask.v) + at, &some.v, sizeof some.v);
    }
  } else
#endif
    Comparison::compare(a, b, mask);
  return mask;
}

}  // namespace vectors

#if !defined(__CUDACC__)
namespace vectors {
/// 0, 1, 2, ...
template <class T, int W>
struct count_from_0 {
  T of[static_cast<unsigned>(W)];
  constexpr count_from_0() : of() {
    for (int k = 0; k < W; ++k) of[k] = static_cast<T>(k);
  }
};
template <class T, int W>
inline constexpr count_from_0<T, W> counted{};
}  // namespace vectors
#endif

/// W numbers as one: what is written for one number runs on a vector register. T is float, double or std::int64_t.
template <class T, int W>
struct alignas(vectors::lane_alignment<T, W>) lanes {
  typedef T vector
      __attribute__((vector_size(sizeof(T) * static_cast<unsigned>(W)), aligned(vectors::lane_alignment<T, W>)));
  using mask = lane_mask<T, W>;
  using integer = typename mask::integer;
  typedef integer integers __attribute__((vector_size(sizeof(T) * static_cast<unsigned>(W))));
  vector v{};

  constexpr lanes() = default;
  // By hand, so that lanes are handed over in memory: a call that is not inlined may have two sides of different
  // instruction sets, which would look for them in different registers.
  MIXCON_HD lanes(const lanes& other) : v(other.v) {}
  // NOLINTNEXTLINE(cert-oop54-cpp, bugprone-unhandled-self-assignment)
  MIXCON_HD lanes& operator=(const lanes& other) {
    v = other.v;
    return *this;
  }
  ~lanes() = default;
  MIXCON_HD lanes(const vector& x) : v(x) {}  // NOLINT(google-explicit-constructor)
  template <class N>
  requires std::is_arithmetic_v<N>
  MIXCON_HD lanes(N x) {  // NOLINT(google-explicit-constructor)
#if MIXCON_HAS_MASK_BITS  // what else is a broadcast to g++ depends on the flags: lane by lane without them
    vector first{};
    first[0] = static_cast<T>(x);
    v = __builtin_shuffle(first, integers{});
#else
    v = static_cast<T>(x) - vector{};
#endif
  }
  /// Lane k holds k.
  MIXCON_HD static lanes numbered() {
    lanes r;
#if defined(__CUDACC__)
    for (int k = 0; k < W; ++k) r.v[k] = static_cast<T>(k);
#else  // from memory: g++ makes a broadcast a lane of what it does not know to be a register
    __builtin_memcpy(&r.v, vectors::counted<T, W>.of, sizeof r.v);
#endif
    return r;
  }
  /// Lane k holds f(k).
  template <class F>
  MIXCON_HD static lanes each(F&& f) {
    lanes r;
    for (int k = 0; k < W; ++k) r.v[k] = static_cast<T>(f(k));
    return r;
  }

  /// Whole numbers of another type.
  template <class U>
  MIXCON_HD static lanes converted(const lanes<U, W>& other) {
    return {__builtin_convertvector(other.v, vector)};
  }

  MIXCON_HD T operator[](int k) const { return v[k]; }
  MIXCON_HD lanes& operator+=(const lanes& o) {
    v += o.v;
    return *this;
  }
  MIXCON_HD lanes& operator-=(const lanes& o) {
    v -= o.v;
    return *this;
  }
  MIXCON_HD lanes& operator*=(const lanes& o) {
    v *= o.v;
    return *this;
  }
  MIXCON_STRICT_FRIEND MIXCON_HD friend lanes operator+(const lanes& a, const lanes& b) { return a.v + b.v; }
  MIXCON_STRICT_FRIEND MIXCON_HD friend lanes operator-(const lanes& a, const lanes& b) { return a.v - b.v; }
  MIXCON_STRICT_FRIEND MIXCON_HD friend lanes operator*(const lanes& a, const lanes& b) { return a.v * b.v; }
  MIXCON_STRICT_FRIEND MIXCON_HD friend lanes operator/(const lanes& a, const lanes& b) { return a.v / b.v; }
  MIXCON_STRICT_FRIEND MIXCON_HD friend lanes operator-(const lanes& a) { return -a.v; }
  MIXCON_STRICT_FRIEND MIXCON_HD friend mask operator>(const lanes& a, const lanes& b) {
    return vectors::compared<vectors::greater>(a, b);
  }
  MIXCON_STRICT_FRIEND MIXCON_HD friend mask operator<(const lanes& a, const lanes& b) {
    return vectors::compared<vectors::less>(a, b);
  }
  MIXCON_STRICT_FRIEND MIXCON_HD friend mask operator<=(const lanes& a, const lanes& b) {
    return vectors::compared<vectors::at_most>(a, b);
  }
  MIXCON_STRICT_FRIEND MIXCON_HD friend mask operator>=(const lanes& a, const lanes& b) {
    return vectors::compared<vectors::at_least>(a, b);
  }
  MIXCON_STRICT_FRIEND MIXCON_HD friend mask operator==(const lanes& a, const lanes& b) {
    return vectors::compared<vectors::equal>(a, b);
  }
  MIXCON_STRICT_FRIEND MIXCON_HD friend mask operator!=(const lanes& a, const lanes& b) {
    return vectors::compared<vectors::different>(a, b);
  }
};

/// As many lanes as a vector register of this instruction set holds.
template <class T>
using native_lanes = lanes<T, MIXCON_VECTOR_BYTES / static_cast<int>(sizeof(T))>;

template <class T, int W>
MIXCON_HD inline lanes<T, W> choose(const lane_mask<T, W>& yes, const lanes<T, W>& a,
                                    const std::type_identity_t<lanes<T, W>>& b) {
#if MIXCON_HAS_MASK_BITS
  if constexpr (vectors::has_mask_bits<T, W>) {
    lanes<T, W> chosen;
    vectors::choose(yes.v, a.v, b.v, chosen.v);
    return chosen;
  } else if constexpr (sizeof a.v >= 64) {
    using integers = typename lane_mask<T, W>::vector;
    const integers chosen = (yes.v & __builtin_bit_cast(integers, a.v)) | (~yes.v & __builtin_bit_cast(integers, b.v));
    return {__builtin_bit_cast(typename lanes<T, W>::vector, chosen)};
  } else
#endif
    return {yes.v ? a.v : b.v};
}
/// Chooses between numbers of one width by an answer of another: indices by a comparison of floats.
template <class T, int W>
requires(!std::is_same_v<T, std::int64_t>)
MIXCON_HD inline lanes<std::int64_t, W> choose(const lane_mask<T, W>& yes, const lanes<std::int64_t, W>& a,
                                               const std::type_identity_t<lanes<std::int64_t, W>>& b) {
  return choose(lane_mask<std::int64_t, W>::converted(yes), a, b);
}
/// Chooses between answers.
template <class T, int W>
MIXCON_HD inline lane_mask<T, W> choose(const lane_mask<T, W>& yes, const lane_mask<T, W>& a,
                                        const lane_mask<T, W>& b) {
  return (yes && a) || (!yes && b);
}

template <class T, int W>
MIXCON_HD inline lane_mask<T, W> is_nan(const lanes<T, W>& x) {
#if __FINITE_MATH_ONLY__
#if MIXCON_HAS_MASK_BITS
  if constexpr (vectors::has_mask_bits<T, W>)
    return vectors::compared<vectors::unordered>(x, x);
  else
#endif
  {
    using integer = typename lane_mask<T, W>::integer;
    const T infinity = static_cast<T>(__builtin_huge_val());
    const integer sign = integer{1} << (8 * sizeof(T) - 1);
    const auto size = __builtin_bit_cast(typename lane_mask<T, W>::vector, x.v) & ~sign;
    return {size > __builtin_bit_cast(integer, infinity)};
  }
#else
  return x != x;
#endif
}
template <class T, int W>
MIXCON_HD inline lane_mask<T, W> is_minus_infinity(const lanes<T, W>& x) {
#if __FINITE_MATH_ONLY__ && !MIXCON_HAS_MASK_BITS
  const T infinity = static_cast<T>(-__builtin_huge_val());
  return {__builtin_bit_cast(typename lane_mask<T, W>::vector, x.v) ==
          __builtin_bit_cast(typename lane_mask<T, W>::integer, infinity)};
#else
  return x == lanes<T, W>(minus_infinity<T>());
#endif
}

template <class T, int W>
MIXCON_HD inline lanes<T, W> plain(const lanes<T, W>& x) {
  return x;
}
template <class T, int W>
MIXCON_HD inline T lane(const lanes<T, W>& x, int k) {
  return x[k];
}

// Once a row, in formulas: lane by lane.
template <class T, int W>
MIXCON_HD inline lanes<T, W> log_of(const lanes<T, W>& x) {
  return lanes<T, W>::each([&](int k) { return mixcon::log_of(x[k]); });
}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__CUDACC__)
namespace vectors {
// Vectors of 16 bytes have a root that every x86-64 has, and that any instruction set may inline.
typedef float four_floats __attribute__((vector_size(16)));
typedef double two_doubles __attribute__((vector_size(16)));
inline void take_root(four_floats& x) { x = __builtin_ia32_sqrtps(x); }
inline void take_root(two_doubles& x) { x = __builtin_ia32_sqrtpd(x); }
#if MIXCON_HAS_MASK_BITS
typedef float sixteen_floats __attribute__((vector_size(64)));
typedef double eight_doubles __attribute__((vector_size(64)));
template <class Vector>
MIXCON_FOR_AVX512 inline void take_wide_root(Vector& x) {
  if constexpr (std::is_same_v<Vector, sixteen_floats>)
    x = __builtin_ia32_sqrtps512_mask(x, x, static_cast<short>(-1), rounding_as_set);
  else
    x = __builtin_ia32_sqrtpd512_mask(x, x, static_cast<char>(-1), rounding_as_set);
}
#endif
}  // namespace vectors
#endif
/// Square roots as the standard rounds them, for distances: once a pair.
template <class T, int W>
MIXCON_HD inline lanes<T, W> sqrt_of(const lanes<T, W>& x) {
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__CUDACC__)
  lanes<T, W> root;
#if MIXCON_HAS_MASK_BITS
  if constexpr (vectors::has_mask_bits<T, W>) {
    root = x;
    vectors::take_wide_root(root.v);
    return root;
  } else
#endif
      if constexpr (sizeof x.v % 16 == 0) {
    std::conditional_t<sizeof(T) == 4, vectors::four_floats, vectors::two_doubles> part;
    for (std::size_t at = 0; at < sizeof x.v; at += sizeof part) {
      __builtin_memcpy(&part, reinterpret_cast<const char*>(&x.v) + at, sizeof part);
      vectors::take_root(part);
      __builtin_memcpy(reinterpret_cast<char*>(&root.v) + at, &part, sizeof part);
    }
    return root;
  } else
#endif
    return lanes<T, W>::each([&](int k) { return mixcon::sqrt_of(x[k]); });
}

namespace vectors {
/// e^x in float, at most 2 units in the last place, where it and every step are normal numbers: x = n log 2 + r,
/// |r| <= log(2) / 2, and e^r by a polynomial, to whose exponent n is added.
template <int W>
MIXCON_HD inline lanes<float, W> exp_in_range(const lanes<float, W>& x) {
  using number = lanes<float, W>;
  typedef std::uint32_t bits __attribute__((vector_size(4U * static_cast<unsigned>(W))));
  const number shifted = x * number(1.44269504F) + number(12582912.0F);  // the integer sits in the low bits
  const number n = shifted - number(12582912.0F);
  const number r = (x - n * number(0.693359375F)) - n * number(-2.12194440e-4F);
  number p = r * number(1.9875691500e-4F) + number(1.3981999507e-3F);
  p = p * r + number(8.3334519073e-3F);
  p = p * r + number(4.1665795894e-2F);
  p = p * r + number(1.6666665459e-1F);
  p = p * r + number(5.0000001201e-1F);
  p = p * (r * r) + r + number(1.0F);
  const bits integer = __builtin_bit_cast(bits, shifted.v), scaled = __builtin_bit_cast(bits, p.v) + (integer << 23);
  return {__builtin_bit_cast(typename number::vector, scaled)};
}
/// The same in double.
template <int W>
MIXCON_HD inline lanes<double, W> exp_in_range(const lanes<double, W>& x) {
  using number = lanes<double, W>;
  typedef std::uint64_t bits __attribute__((vector_size(8U * static_cast<unsigned>(W))));
  const number shifted = x * number(1.4426950408889634) + number(6755399441055744.0);
  const number n = shifted - number(6755399441055744.0);
  const number r = (x - n * number(6.93147180369123816490e-1)) - n * number(1.90821492927058770002e-10);
  number p(1.0 / 6227020800.0);  // Taylor to r^13: the rest is below 1e-17
  constexpr double one_over_factorial[] = {1.0 / 479001600.0,
                                           1.0 / 39916800.0,
                                           1.0 / 3628800.0,
                                           1.0 / 362880.0,
                                           1.0 / 40320.0,
                                           1.0 / 5040.0,
                                           1.0 / 720.0,
                                           1.0 / 120.0,
                                           1.0 / 24.0,
                                           1.0 / 6.0,
                                           0.5};
  for (double coefficient : one_over_factorial) p = p * r + number(coefficient);
  p = p * (r * r) + r + number(1.0);
  const bits integer = __builtin_bit_cast(bits, shifted.v), scaled = __builtin_bit_cast(bits, p.v) + (integer << 52);
  return {__builtin_bit_cast(typename number::vector, scaled)};
}
}  // namespace vectors

/// e^x in float, at most 2 units in the last place. Results below the smallest normal number are 0; NaN stays NaN.
template <int W>
MIXCON_HD inline lanes<float, W> exp_of(const lanes<float, W>& x) {
  using number = lanes<float, W>;
  const number beyond = x * number(3.0e38F);  // infinity, or NaN
  const number e = vectors::exp_in_range(x);
  return choose(x < number(-87.33F), number(0.0F), choose(x <= number(88.722832F), e, beyond));
}
/// e^x in double, at most 2 units in the last place, by the same steps.
template <int W>
MIXCON_HD inline lanes<double, W> exp_of(const lanes<double, W>& x) {
  using number = lanes<double, W>;
  const number beyond = x * number(1.7e308);
  const number e = vectors::exp_in_range(x);
  return choose(x < number(-708.0), number(0.0), choose(x <= number(709.782712893384), e, beyond));
}
/// `exp_of` of x <= 0; of a NaN anything.
template <class T, int W>
MIXCON_HD inline lanes<T, W> exp_of_at_most_0(const lanes<T, W>& x) {
  constexpr T least = static_cast<T>(sizeof(T) == sizeof(float) ? -87.33 : -708.0);
  return choose(x < lanes<T, W>(least), lanes<T, W>(0), vectors::exp_in_range(x));
}

/// How a float and a double lie in bits.
template <class T>
struct number_bits;
template <>
struct number_bits<float> {
  using integer = std::int32_t;
  static constexpr integer one = 0x3f800000, half_root = 0x3f3504f3, fraction = 0x007fffff;  // 1, sqrt(1/2)
  static constexpr int digits = 23, bias = 127;
  static constexpr integer of_integers = 0x4b400000;  // 12582912 + n has n in its low bits
  static constexpr float first_integer = 12582912.0F, log2_high = 6.9313812256e-01F, log2_low = 9.0580006145e-06F;
  static constexpr int terms = 5;  // the rest is below 1e-9
};
template <>
struct number_bits<double> {
  using integer = std::int64_t;
  static constexpr integer one = 0x3ff0000000000000, half_root = 0x3fe6a09e667f3bcd, fraction = 0x000fffffffffffff;
  static constexpr int digits = 52, bias = 1023;
  static constexpr integer of_integers = 0x4338000000000000;
  static constexpr double first_integer = 6755399441055744.0, log2_high = 6.93147180369123816490e-01,
                          log2_low = 1.90821492927058770002e-10;
  static constexpr int terms = 11;  // the rest is below 1e-17
};

/// log(1 + x), at most 3 units in the last place: 1 + x = 2^k (1 + f), sqrt(1/2) <= 1 + f < sqrt(2), and
/// log(1 + f) = 2 artanh s by its series, s = f / (2 + f). What 1 + x rounds away is added back.
template <class T, int W>
requires std::is_floating_point_v<T>
MIXCON_HD inline lanes<T, W> log1p_of(const lanes<T, W>& x) {
  using number = lanes<T, W>;
  using layout = number_bits<T>;
  typedef typename layout::integer bits __attribute__((vector_size(sizeof(T) * static_cast<unsigned>(W))));
  const number u = number(1) + x, added = u - number(1);
  const number lost = (number(1) - (u - added)) + (x - added);
  const bits shifted = __builtin_bit_cast(bits, u.v) + (layout::one - layout::half_root);
  const bits exponent = (shifted >> layout::digits) - layout::bias;
  const number k = number(__builtin_bit_cast(typename number::vector, exponent + layout::of_integers)) -
                   number(layout::first_integer);
  const bits scaled = (shifted & layout::fraction) + layout::half_root;
  const number f = number(__builtin_bit_cast(typename number::vector, scaled)) - number(1);
  const number s = f / (number(2) + f), z = s * s, half = f * f * number(0.5);
  number series(T(2) / T(2 * layout::terms + 1));
  for (int n = layout::terms - 1; n > 0; --n) series = series * z + number(T(2) / T(2 * n + 1));
  const number low = k * number(layout::log2_low) + lost / u;
  const number y = k * number(layout::log2_high) - ((half - (s * (half + series * z) + low)) - f);
  const number at_end = choose(u == number(0), number(minus_infinity<T>()), x + x);  // NaN and infinity stay
  const number outside = choose(u < number(0), number(static_cast<T>(__builtin_nan(""))), at_end);
  return choose(u > number(0), choose(u - u == number(0), y, outside), outside);
}

/// log(1 + x) in float for x in [0, 1], at most 2 units in the last place: x times a polynomial (minimax in relative
/// error, 3e-8 before its coefficients are rounded). No division, and NaN stays.
template <int W>
MIXCON_HD inline lanes<float, W> log1p_of_share(const lanes<float, W>& x) {
  using number = lanes<float, W>;
  number p = x * number(0.0052326993413F) + number(-0.029505255184F);
  p = p * x + number(0.078225971137F);
  p = p * x + number(-0.13663246698F);
  p = p * x + number(0.19106006795F);
  p = p * x + number(-0.24842982116F);
  p = p * x + number(0.33319096784F);
  p = p * x + number(-0.4999949314F);
  p = p * x + number(0.99999996988F);
  return p * x;
}

}  // namespace MIXCON_INSTRUCTION_SET

template <class T, int W>
struct mask_of_number<lanes<T, W>> {
  using type = lane_mask<T, W>;
};
template <class T, int W>
struct index_of_number<lanes<T, W>> {
  using type = lanes<std::int64_t, W>;
};
template <class T, int W>
struct scalar_of_number<lanes<T, W>> {
  using type = T;
};
template <class T, int W>
struct lanes_of_number<lanes<T, W>> {
  MIXCON_HD static constexpr int count() { return W; }
};
template <class T, int W, int Parts>
struct parts_of_number<lanes<T, W>, Parts> {
  static_assert(W % Parts == 0);
  static constexpr int width = W / Parts;
  using type = std::conditional_t<width == 1, T, lanes<T, width>>;
  MIXCON_HD static type get(const lanes<T, W>& x, int k) {
    type p;
    void* to = &p;
    if constexpr (width > 1) to = &p.v;
    __builtin_memcpy(to, reinterpret_cast<const char*>(&x.v) + static_cast<std::size_t>(k) * sizeof p, sizeof p);
    return p;
  }
};
template <class T, int W>
struct detail::infinity<lanes<T, W>> {
  MIXCON_HD static lanes<T, W> negative() { return lanes<T, W>(minus_infinity<T>()); }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
