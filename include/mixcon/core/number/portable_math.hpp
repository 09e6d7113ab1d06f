// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Logarithm, exponential, root and product of doubles with the same bits on every machine; draws are made of them.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/fixed_point.hpp>

#include <cstdint>

MIXCON_STRICT_FLOATS_BEGIN

/// Functions of doubles that give the same bits with every compiler, flag set, C library and processor, so that a seed
/// means the same draws everywhere. `log` and `exp` compute with integers: no multiply-add is there to be fused, and no
/// libm asked.
///
/// Code that wants the same guarantee keeps one rule: **no sum has a product as an operand**, since a compiler may fuse
/// the two and round once instead of twice. Quotients are safe, so are exact products (by a power of two) and
/// `product`.
namespace mixcon::portable {
namespace detail {

inline constexpr std::uint64_t log_2 = 0xB17217F7D1CF79AB;          // Q64
inline constexpr std::int64_t log_2_tail = 0xC9E3B398;              // what that leaves, in 2^-96
inline constexpr std::uint64_t one_by_log_2 = 0xB8AA3B295C17F0BB;   // Q63
inline constexpr std::uint64_t square_root_2 = 0xB504F333F9DE6484;  // Q63

/// 1/k + z/(k + 2) + z^2/(k + 4) + ..., z a Q64 below 0.03, result a Q63; for k = 1, atanh(s) / s with z = s^2.
/// What is left out is below 2^-60.
template <std::uint64_t K>
MIXCON_HD constexpr std::uint64_t atanh_series(std::uint64_t z) {
  if constexpr (K > 21) {
    return 0;
  } else {
    return (std::uint64_t{1} << 63) / K + high_product(z, atanh_series<K + 2>(z));
  }
}

/// 1/k! + r/(k + 1)! + r^2/(k + 2)! + ..., r a Q64 of at most log 2, result a Q62; for k = 0, e^r. Left out: below
/// 2^-61.
template <std::uint64_t K, std::uint64_t Factorial = 1>
MIXCON_HD constexpr std::uint64_t exp_series(std::uint64_t r) {
  if constexpr (K > 17) {
    return 0;
  } else {
    return (std::uint64_t{1} << 62) / Factorial + high_product(r, exp_series<K + 1, Factorial*(K + 1)>(r));
  }
}

}  // namespace detail

/// Natural logarithm, within 0.52 units in the last place. log(0) = -infinity, of a negative number or NaN: NaN.
MIXCON_HD constexpr double log(double x) {
  using namespace detail;
  std::uint64_t bits = bits_of(x);
  if ((bits & ~sign_bit) == 0) return from_bits(infinity_bits | sign_bit);
  if (bits >= infinity_bits) return bits == infinity_bits ? x : from_bits(nan_bits);

  // x = mantissa * 2^(power - 63), mantissa a Q63 in [1, 2)
  int power = static_cast<int>(bits >> 52) - 1023;
  std::uint64_t mantissa = bits << 11 | sign_bit;
  if (power == -1023) {  // subnormal
    const int zeros = leading_zeros(bits);
    mantissa = bits << zeros;
    power = -1011 - zeros;
  }

  // log m = 2 atanh(s), s = (m - 1) / (m + 1); a mantissa m above sqrt(2) is halved, to keep |s| below 0.172
  const bool below_one = mantissa > square_root_2;
  const std::uint64_t distance = below_one ? 0 - mantissa : mantissa - sign_bit;         // |m - 1|
  const std::uint64_t middle = (mantissa >> 1) + (below_one ? sign_bit : sign_bit / 2);  // (m + 1) / 2, same unit
  power += below_one ? 1 : 0;
  if (distance == 0 && power == 0) return 0;
  const int zeros = distance == 0 ? 0 : leading_zeros(distance);
  const std::uint64_t ratio = fraction(distance << zeros >> 1, middle);  // s * 2^(64 + zeros)
  const std::uint64_t s = ratio >> zeros;                                // Q64
  const std::uint64_t series = atanh_series<1>(high_product(s, s));      // Q63
  if (power == 0) return nearest(high_product(ratio, series), -62 - zeros, below_one);

  const std::uint64_t remainder = high_product(s, series) << 2;  // |log m|, Q64
  const bool negative = power < 0;
  wide total = wide_product(static_cast<std::uint64_t>(negative ? -power : power), log_2);
  if (negative == below_one) {
    total.low += remainder;
    total.high += total.low < remainder ? 1 : 0;
  } else {
    total.high -= total.low < remainder ? 1 : 0;
    total.low -= remainder;
  }
  if (total.high == 0) return nearest(total.low, -64, negative);
  const int room = leading_zeros(total.high);  // 53 or more
  return nearest(total.high << room | total.low >> (64 - room), -room, negative);
}

/// e^x, within 0.52 units in the last place. 0 below -745.2, infinity above 709.8; NaN stays NaN.
MIXCON_HD constexpr double exp(double x) {
  using namespace detail;
  const std::uint64_t bits = bits_of(x), size = bits & ~sign_bit;
  const bool negative = bits != size;
  if (size > infinity_bits) return from_bits(nan_bits);
  if (size >= bits_of(746.0)) return from_bits(negative ? 0 : infinity_bits);
  if (size < bits_of(0x1p-60)) return 1;

  // |x| = mantissa * 2^(power - 52), power in -60 .. 9
  const int power = static_cast<int>(size >> 52) - 1023;
  const std::uint64_t leading_one = std::uint64_t{1} << 52, mantissa = (size & (leading_one - 1)) | leading_one;
  const std::uint64_t size_q52 = power >= 0 ? mantissa << power : mantissa >> -power;
  const std::uint64_t size_q64 =
      power >= -12 ? mantissa << (power + 12) : mantissa >> (-12 - power);  // without whole part

  // x = k log 2 + r. Every step of k rounds down, so r is never negative, and at most log 2 + 2^-49.
  const std::uint64_t lift = 1100;
  const std::uint64_t lifted = high_product(log_2, lift << 52) + (negative ? ~size_q52 : size_q52);  // > 0, Q52
  const std::int64_t k = static_cast<std::int64_t>(high_product(lifted, one_by_log_2) >> 51) - std::int64_t{lift};
  const std::uint64_t r = (negative ? 0 - size_q64 : size_q64) - static_cast<std::uint64_t>(k) * log_2 -
                          static_cast<std::uint64_t>((k * log_2_tail) >> 32);
  return nearest(exp_series<0>(r), static_cast<int>(k) - 62, false);
}

/// Square root: IEEE 754 prescribes its bits.
MIXCON_HD inline double sqrt(double x) { return __builtin_sqrt(x); }

/// a * b, rounded before anything is added to it: what a call returns cannot be fused with a sum outside.
[[gnu::noinline]] MIXCON_HD inline double product(double a, double b) { return a * b; }

}  // namespace mixcon::portable

MIXCON_STRICT_FLOATS_END
