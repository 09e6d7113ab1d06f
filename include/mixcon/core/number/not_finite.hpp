// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Asks whether a number is NaN or minus infinity, also under -ffast-math.

#include <mixcon/core/config.hpp>

#include <cstdint>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

// What kind of number x is, to be asked where x may be what a call returned or `? :` chose: with -ffinite-math-only
// clang takes such an x for finite whatever core/strict_floats.hpp says, and answers x != x without looking. Bits it
// looks at.

/// Whether x is NaN.
template <class T>
requires std::is_floating_point_v<T>
MIXCON_HD constexpr bool is_nan(T x) {
#if __FINITE_MATH_ONLY__
  if constexpr (sizeof(T) <= sizeof(std::uint64_t)) {
    using bits = std::conditional_t<sizeof(T) == sizeof(std::uint32_t), std::uint32_t, std::uint64_t>;
    return __builtin_bit_cast(bits, x) << 1 > __builtin_bit_cast(bits, static_cast<T>(__builtin_huge_val())) << 1;
  }
#endif
  return x != x;
}

/// Whether x is minus infinity: the logarithm of nothing.
template <class T>
requires std::is_floating_point_v<T>
MIXCON_HD constexpr bool is_minus_infinity(T x) {
#if __FINITE_MATH_ONLY__
  if constexpr (sizeof(T) <= sizeof(std::uint64_t)) {
    using bits = std::conditional_t<sizeof(T) == sizeof(std::uint32_t), std::uint32_t, std::uint64_t>;
    return __builtin_bit_cast(bits, x) == __builtin_bit_cast(bits, static_cast<T>(-__builtin_huge_val()));
  }
#endif
  return x == static_cast<T>(-__builtin_huge_val());
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
