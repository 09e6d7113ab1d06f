// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/runs.hpp>

#include <cstdint>
#include <type_traits>

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

/// A mixed value as T: rounded once, integers to nearest with ties to even.
template <class T>
T stored(mixing_number<T> value) {
  if constexpr (SmallInteger<T>) {
    // beside 1.5 * 2^23 a float has no room for a fraction: the sum is rounded, its last bits are the integer
    const float rounded = value + 0x1.8p23f;
    std::int32_t bits = 0;
    __builtin_memcpy(&bits, &rounded, sizeof bits);
    return static_cast<T>(bits - 0x4B400000);  // less those of the shift itself
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
            length,
            [=](const T& x, T& sum) { sum = stored<T>(static_cast<number>(sum) + factor * static_cast<number>(x)); },
            source, target);
      },
      from, to);
}

}  // namespace mixcon::detail
