// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The number types that values are mixed in, and how small ones are read and rounded without a branch.

#include <mixcon/core/config.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/memory/runs.hpp>

#include <cstdint>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Integers that a float holds exactly, with room for rounding.
template <class T>
concept SmallInteger = std::is_integral_v<T> && !std::is_same_v<T, bool> && sizeof(T) <= 2;

/// What values of T are mixed in: double for double, float for what is smaller.
template <class T>
struct mixed_in {
  static_assert(Storable<T>,
                "mixcon: values are mixed as float, double, half, bfloat16, or integers of 8 or 16 bits; convert this "
                "tensor first");
  using type = accumulate_t<T>;
};
template <SmallInteger T>
struct mixed_in<T> {
  using type = float;
};
template <class T>
using mixing_number = typename mixed_in<std::remove_cv_t<T>>::type;

// half and bfloat16 are read and rounded without a branch, so that loops over them are vectorised: to the same bits as
// by their own conversions, where the processor rounds to nearest, as mixing takes for granted. A call would be a
// branch too.

inline std::int32_t bits_of_single(float x) {
  std::int32_t bits = 0;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}
inline float single_of_bits(std::int32_t bits) {
  float x = 0;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}
inline std::int32_t chosen(bool first, std::int32_t one, std::int32_t other) {
  const std::int32_t all = -static_cast<std::int32_t>(first);
  return (one & all) | (other & ~all);
}

/// A value as the number that it is mixed as, exactly.
template <class T>
[[gnu::always_inline]] inline mixing_number<T> as_number(const T& value) {
  if constexpr (std::is_same_v<T, half>) {
    const std::int32_t bits = value.bits(), magnitude = bits & 0x7fff;
    const std::int32_t normal = (magnitude << 13) + chosen(magnitude >= 0x7c00, 224 << 23, 112 << 23);
    const std::int32_t denormal = bits_of_single(static_cast<float>(magnitude) * 0x1p-24f);
    const std::int32_t sign = (bits & 0x8000) == 0 ? 0 : INT32_MIN;
    return single_of_bits(sign | chosen(magnitude < 0x400, denormal, normal));
  } else {
    return static_cast<mixing_number<T>>(value);
  }
}

/// A mixed value as T: rounded once, to nearest with ties to even.
template <class T>
[[gnu::always_inline]] inline T stored(mixing_number<T> value) {
  if constexpr (SmallInteger<T>) {
    // beside 1.5 * 2^23 a float has no room for a fraction: the sum is rounded, its last bits are the integer
    return static_cast<T>(bits_of_single(value + 0x1.8p23f) - 0x4B400000);  // less those of the shift itself
  } else if constexpr (std::is_same_v<T, half>) {
    const std::int32_t bits = bits_of_single(value), magnitude = bits & 0x7fffffff;
    const std::int32_t normal = (magnitude - (112 << 23) + 0xfff + ((magnitude >> 13) & 1)) >> 13;
    // beside 1/2 a float counts in units of 2^-24, as a half that is denormal does
    const float beside = single_of_bits(magnitude) + 0.5f;
    const std::int32_t denormal = bits_of_single(beside) - 0x3f000000;
    const std::int32_t finite = chosen(magnitude < 0x38800000, denormal, normal);
    const std::int32_t nan = 0x7e00 | ((magnitude >> 13) & 0x3ff);
    const std::int32_t large = chosen(magnitude > 0x7f800000, nan, 0x7c00);
    const std::int32_t rounded = chosen(magnitude >= 0x47800000, large, finite);
    return half::from_bits(static_cast<std::uint16_t>(((bits >> 16) & 0x8000) | rounded));
  } else if constexpr (std::is_same_v<T, bfloat16>) {
    const std::int32_t bits = bits_of_single(value);
    const auto unsigned_bits = static_cast<std::uint32_t>(bits);
    const std::uint32_t rounded = (unsigned_bits + 0x7fffu + ((unsigned_bits >> 16) & 1u)) >> 16;
    const std::uint32_t nan = (unsigned_bits >> 16) | 0x40u;
    return bfloat16::from_bits(static_cast<std::uint16_t>((bits & 0x7fffffff) > 0x7f800000 ? nan : rounded));
  } else {
    return static_cast<T>(value);
  }
}

/// to += weight * from. A weight of 0 adds nothing, whatever stands in `from`.
template <class T, int Rank>
void add_block(double weight, const tensor_view<const T, Rank>& from, const tensor_view<T, Rank>& to) {
  static_assert(Storable<T>, "mixcon: unblend adds gradients, which are float, double, half or bfloat16");
  using number = mixing_number<T>;
  if (weight == 0) return;
  const number factor = static_cast<number>(weight);
  for_each_run(
      [=](index_t length, run<const T> source, run<T> target) {
        for_each_element(
            length, [=](const T& x, T& sum) { sum = stored<T>(as_number(sum) + factor * as_number(x)); }, source,
            target);
      },
      from, to);
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
