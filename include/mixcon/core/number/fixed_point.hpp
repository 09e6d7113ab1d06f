// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Integers as fractions: what portable_math.hpp computes with. A "Q64" is an integer that stands for itself / 2^64.

#include <mixcon/core/config.hpp>

#include <cstdint>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::portable::detail {

/// 128 bits.
struct wide {
  std::uint64_t high, low;
};

/// a * b, whole, for processors without 64 x 64 bits: four products of 32-bit halves.
MIXCON_HD constexpr wide wide_product_by_halves(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t half = 0xFFFFFFFF;
  const std::uint64_t low = (a & half) * (b & half);
  const std::uint64_t cross = (a >> 32) * (b & half) + (low >> 32);
  const std::uint64_t other = (a & half) * (b >> 32) + (cross & half);
  return {(a >> 32) * (b >> 32) + (cross >> 32) + (other >> 32), other << 32 | (low & half)};
}

/// a * b, whole.
MIXCON_HD constexpr wide wide_product(std::uint64_t a, std::uint64_t b) {
#if defined(__SIZEOF_INT128__)
  __extension__ using uint128 = unsigned __int128;
  const uint128 whole = static_cast<uint128>(a) * b;
  return {static_cast<std::uint64_t>(whole >> 64), static_cast<std::uint64_t>(whole)};
#else
  return wide_product_by_halves(a, b);
#endif
}

/// floor(a * b / 2^64): the product of a Q64 with a Qn is a Qn.
MIXCON_HD constexpr std::uint64_t high_product(std::uint64_t a, std::uint64_t b) { return wide_product(a, b).high; }

/// floor(numerator * 2^64 / divisor), for numerator < divisor and divisor >= 2^63: long division by two 32-bit digits.
/// Source: Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D.
MIXCON_HD constexpr std::uint64_t fraction(std::uint64_t numerator, std::uint64_t divisor) {
  std::uint64_t quotient = 0;
  for (int digit = 0; digit < 2; ++digit) {
    std::uint64_t guess = numerator / (divisor >> 32), rest = numerator % (divisor >> 32);
    while (rest <= 0xFFFFFFFF && (guess > 0xFFFFFFFF || guess * (divisor & 0xFFFFFFFF) > rest << 32))
      --guess, rest += divisor >> 32;
    numerator = (numerator << 32) - guess * divisor;  // the true difference fits, so what wraps cancels
    quotient = quotient << 32 | guess;
  }
  return quotient;
}

/// Zeros above the highest one of `bits`, which is not 0.
MIXCON_HD constexpr int leading_zeros(std::uint64_t bits) {
#if defined(__CUDA_ARCH__)
  return __clzll(static_cast<long long>(bits));
#else
  return __builtin_clzll(bits);
#endif
}

MIXCON_HD constexpr std::uint64_t bits_of(double number) { return __builtin_bit_cast(std::uint64_t, number); }
MIXCON_HD constexpr double from_bits(std::uint64_t bits) { return __builtin_bit_cast(double, bits); }

inline constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;
inline constexpr std::uint64_t infinity_bits = std::uint64_t{0x7FF} << 52;
inline constexpr std::uint64_t nan_bits = infinity_bits | std::uint64_t{1} << 51;

/// The double nearest to mantissa * 2^exponent (ties to even; subnormal, 0 or infinity where it must be), negated if
/// asked. The mantissa is not 0.
MIXCON_HD constexpr double nearest(std::uint64_t mantissa, int exponent, bool negative) {
  const int zeros = leading_zeros(mantissa);
  mantissa <<= zeros;
  const int biased = exponent - zeros + 63 + 1023;  // as in the format; <= 0: subnormal
  const int dropped = biased > 0 ? 11 : 12 - biased;
  std::uint64_t bits = 0;
  if (biased >= 0x7FF) {
    bits = infinity_bits;
  } else if (dropped <= 64) {
    const std::uint64_t kept = dropped < 64 ? mantissa >> dropped : 0;
    const std::uint64_t rest = mantissa << (64 - dropped);  // of one unit, as a Q64
    const bool up = rest > sign_bit || (rest == sign_bit && (kept & 1) != 0);
    // kept holds the leading one, which counts as 1 in the exponent field; a carry goes where it should
    bits = kept + (up ? 1 : 0) + (biased > 0 ? static_cast<std::uint64_t>(biased - 1) << 52 : 0);
  }
  return from_bits(negative ? bits | sign_bit : bits);
}

}  // namespace mixcon::portable::detail

MIXCON_STRICT_FLOATS_END
