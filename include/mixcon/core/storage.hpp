// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `half` and `bfloat16`: numbers stored in two bytes and computed with as float.

#include <mixcon/core/config.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

// Bits of float numbers. Integers only, so neither flush-to-zero modes nor the rounding mode change a result.
MIXCON_HD constexpr std::uint16_t bfloat16_bits(std::uint32_t single);
MIXCON_HD constexpr std::uint16_t half_bits(std::uint32_t single);
MIXCON_HD constexpr std::uint32_t single_bits_of_half(std::uint16_t half);
MIXCON_HD constexpr std::uint32_t single_bits_to_odd(std::uint64_t number);

MIXCON_HD constexpr std::uint32_t single_bits(float x) { return __builtin_bit_cast(std::uint32_t, x); }
MIXCON_HD constexpr std::uint32_t single_bits(double x) {
  return single_bits_to_odd(__builtin_bit_cast(std::uint64_t, x));
}

}  // namespace detail

/// A number stored in two bytes: the upper half of a float (8 bits of exponent, 8 of significand, one of them hidden).
/// For storage: it turns into float by itself and exactly, so arithmetic on it is arithmetic in float; the way back
/// loses digits and must be written: `bfloat16(x)`. That rounds once, to nearest, ties to even; beyond the largest
/// number it gives infinity; NaN stays NaN (quiet); denormals are kept.
class bfloat16 {
 public:
  bfloat16() = default;
  MIXCON_HD constexpr explicit bfloat16(float x) : bits_(detail::bfloat16_bits(detail::single_bits(x))) {}
  MIXCON_HD constexpr explicit bfloat16(double x) : bits_(detail::bfloat16_bits(detail::single_bits(x))) {}
  MIXCON_HD constexpr operator float() const {  // NOLINT(google-explicit-constructor)
    return __builtin_bit_cast(float, std::uint32_t{bits_} << 16);
  }

  MIXCON_HD static constexpr bfloat16 from_bits(std::uint16_t bits) {
    bfloat16 x{};
    x.bits_ = bits;
    return x;
  }
  MIXCON_HD constexpr std::uint16_t bits() const { return bits_; }

 private:
  std::uint16_t bits_;
};

/// A number stored in two bytes: IEEE 754 binary16 (5 bits of exponent, 11 of significand, one of them hidden; the
/// largest is 65504). Converts as `bfloat16` does.
class half {
 public:
  half() = default;
  MIXCON_HD constexpr explicit half(float x) : bits_(detail::half_bits(detail::single_bits(x))) {}
  MIXCON_HD constexpr explicit half(double x) : bits_(detail::half_bits(detail::single_bits(x))) {}
  MIXCON_HD constexpr operator float() const {  // NOLINT(google-explicit-constructor)
    return __builtin_bit_cast(float, detail::single_bits_of_half(bits_));
  }

  MIXCON_HD static constexpr half from_bits(std::uint16_t bits) {
    half x{};
    x.bits_ = bits;
    return x;
  }
  MIXCON_HD constexpr std::uint16_t bits() const { return bits_; }

 private:
  std::uint16_t bits_;
};

namespace detail {

template <class T>
struct accumulate;
template <std::floating_point T>
struct accumulate<T> {
  using type = T;
};
template <>
struct accumulate<bfloat16> {
  using type = float;
};
template <>
struct accumulate<half> {
  using type = float;
};

}  // namespace detail

/// The type to compute in, for elements stored as T: float for the two-byte types, T itself otherwise.
template <class T>
using accumulate_t = typename detail::accumulate<std::remove_cv_t<T>>::type;

/// An element type that tensors of numbers may have: float, double, long double, bfloat16, half.
template <class T>
concept Storable = requires { typename accumulate_t<T>; };

namespace detail {

// To nearest, ties to even, of a number whose last `dropped` bits go.
MIXCON_HD constexpr std::uint32_t dropped_to_nearest(std::uint32_t bits, int dropped) {
  const std::uint32_t last_kept = (bits >> dropped) & 1u;
  return (bits + (1u << (dropped - 1)) - 1u + last_kept) >> dropped;
}

MIXCON_HD constexpr std::uint16_t bfloat16_bits(std::uint32_t single) {
  const bool nan = (single & 0x7fffffffu) > 0x7f800000u;
  return static_cast<std::uint16_t>(nan ? (single >> 16) | 0x40u : dropped_to_nearest(single, 16));
}

MIXCON_HD constexpr std::uint16_t half_bits(std::uint32_t single) {
  const std::uint32_t sign = (single >> 16) & 0x8000u, magnitude = single & 0x7fffffffu;
  std::uint32_t rounded = 0;
  if (magnitude > 0x7f800000u) {  // NaN
    rounded = 0x7e00u | ((magnitude >> 13) & 0x3ffu);
  } else if (magnitude >= 0x47800000u) {  // 2^16 and more
    rounded = 0x7c00u;
  } else if (magnitude >= 0x38800000u) {  // 2^-14 and more: exponents count from 15 instead of 127
    rounded = dropped_to_nearest(magnitude - (112u << 23), 13);  // may carry into the exponent, up to infinity
  } else if (magnitude >= 0x33000000u) {                         // 2^-25 and more: denormal, in units of 2^-24
    const std::uint32_t significand = (magnitude & 0x7fffffu) | 0x800000u;
    rounded = dropped_to_nearest(significand, 126 - static_cast<int>(magnitude >> 23));
  }
  return static_cast<std::uint16_t>(sign | rounded);
}

MIXCON_HD constexpr std::uint32_t single_bits_of_half(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t{half & 0x8000u} << 16, magnitude = half & 0x7fffu;
  if (magnitude >= 0x7c00u) return sign | 0x7f800000u | ((magnitude & 0x3ffu) << 13);
  if (magnitude >= 0x400u) return sign | ((magnitude << 13) + (112u << 23));
  // a denormal is magnitude * 2^-24, of which both factors and the product are normal floats
  return sign | __builtin_bit_cast(std::uint32_t, static_cast<float>(magnitude) * 0x1p-24f);
}

// A double cut to a float whose last bit is 1 unless the cut was exact ("round to odd"): rounding that once more, to
// fewer digits, gives what rounding the double at once would give.
MIXCON_HD constexpr std::uint32_t single_bits_to_odd(std::uint64_t number) {
  const std::uint32_t sign = static_cast<std::uint32_t>(number >> 32) & 0x80000000u;
  const std::uint64_t magnitude = number & 0x7fffffffffffffffull;
  const int exponent = static_cast<int>(magnitude >> 52) - 1023;
  if (magnitude > 0x7ff0000000000000ull)
    return sign | 0x7fc00000u | (static_cast<std::uint32_t>(magnitude >> 29) & 0x3fffffu);
  if (magnitude == 0x7ff0000000000000ull) return sign | 0x7f800000u;
  if (exponent > 127) return sign | 0x7f7fffffu;
  if (exponent < -150) return sign | std::uint32_t{magnitude != 0};
  // normal: the exponent counts from 127 instead of 1023; denormal: in units of 2^-149
  const bool normal = exponent >= -126;
  const std::uint64_t digits = normal ? magnitude - (896ull << 52) : (magnitude & 0xfffffffffffffull) | (1ull << 52);
  const int dropped = normal ? 29 : -97 - exponent;
  const bool exact = (digits & ((1ull << dropped) - 1)) == 0;
  return sign | static_cast<std::uint32_t>(digits >> dropped) | std::uint32_t{!exact};
}

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
