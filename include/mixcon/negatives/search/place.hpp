// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Floats as integers of the same order, so that scores can be sorted by digits.

#include <mixcon/core/config.hpp>

#include <cstdint>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

template <class T>
using place_of = std::conditional_t<sizeof(T) == sizeof(std::int32_t), std::int32_t, std::int64_t>;

/// Where a float or double stands among all of its type: an integer that grows with the number, the same for -0 and +0.
template <class T>
place_of<T> to_place(T x) {
  using U = std::make_unsigned_t<place_of<T>>;
  const auto size = static_cast<place_of<T>>(__builtin_bit_cast(U, x) & (~U{0} >> 1));
  return __builtin_bit_cast(place_of<T>, x) < 0 ? -size : size;
}
template <class T>
T from_place(place_of<T> place) {
  return place < 0 ? -__builtin_bit_cast(T, -place) : __builtin_bit_cast(T, place);
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
