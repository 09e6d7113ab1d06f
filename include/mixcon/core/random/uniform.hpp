// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Draws uniform reals and integers; and what a source of random bits must have.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/fixed_point.hpp>
#include <mixcon/core/require.hpp>

#include <concepts>
#include <cstdint>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// A source of random bits: `philox_stream`, or one of your own.
template <class S>
concept RandomBits = requires(S& stream) {
  { stream.next_u32() } -> std::same_as<std::uint32_t>;
  { stream.next_u64() } -> std::same_as<std::uint64_t>;
};

/// Uniform in [0, 1): a multiple of 2^-53. One draw of 64 bits.
template <RandomBits S>
MIXCON_HD constexpr double uniform(S& stream) {
  return static_cast<double>(stream.next_u64() >> 11) * 0x1p-53;
}

namespace detail {

/// Uniform in 0 .. n - 1, without bias, n >= 1: the whole part of n times a random fraction. Of the 2^64 fractions as
/// many are refused as are left over when each answer gets equally many. Source: Lemire 2019, "Fast random integer
/// generation in an interval", doi:10.1145/3230636.
template <RandomBits S>
MIXCON_HD constexpr index_t uniform_below(S& stream, index_t n) {
  const auto bound = static_cast<std::uint64_t>(n);
  portable::detail::wide scaled = portable::detail::wide_product(stream.next_u64(), bound);
  if (scaled.low < bound) {
    const std::uint64_t left_over = (0 - bound) % bound;  // 2^64 mod n
    while (scaled.low < left_over) scaled = portable::detail::wide_product(stream.next_u64(), bound);
  }
  return static_cast<index_t>(scaled.high);
}

}  // namespace detail

/// Uniform in 0 .. n - 1, without bias. Refuses n < 1.
template <RandomBits S>
index_t uniform_integer(S& stream, index_t n) {
  MIXCON_REQUIRE(n >= 1, "uniform_integer: n is ", n,
                 "; there must be at least one number, 0, to draw. Is the batch empty?");
  return detail::uniform_below(stream, n);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
