// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Draws single normal numbers without a table, with the same bits on every machine; kernels can call it.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/random/uniform.hpp>

#include <cstdint>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// The odd number 2 h + 1 - 2^32, for h in 0 .. 2^32 - 1: in units of 2^-32 an even cover of (-1, 1), without 0.
MIXCON_HD constexpr std::int64_t odd_in_32_bits(std::uint64_t h) {
  return 2 * static_cast<std::int64_t>(h) + 1 - (std::int64_t{1} << 32);
}

/// floor(odd^2 / 2): what is lost is one half.
MIXCON_HD constexpr std::uint64_t half_of_square(std::int64_t odd) {
  return static_cast<std::uint64_t>(odd) * static_cast<std::uint64_t>(odd) >> 1;  // modulo 2^64, where odd^2 fits
}

}  // namespace detail

/// Normal with mean 0 and variance 1. The polar method on a lattice of odd integers, so that the point in the square
/// and its distance from the centre are exact. Source: Marsaglia and Bray 1964, doi:10.1137/1006063.
template <RandomBits S>
MIXCON_HD double normal(S& stream) {
  for (;;) {
    const std::uint64_t bits = stream.next_u64();
    const std::int64_t across = detail::odd_in_32_bits(bits >> 32), up = detail::odd_in_32_bits(bits & 0xFFFFFFFF);
    const std::uint64_t sum = detail::half_of_square(across) + detail::half_of_square(up) + 1;
    const double squared = static_cast<double>(static_cast<std::int64_t>(sum)) * 0x1p-63;  // < 0 from 1 on
    if (squared > 0 && squared < 1)
      return static_cast<double>(across) * 0x1p-32 / portable::sqrt(squared / (-2 * portable::log(squared)));
  }
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
