// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Integers of any type compared by value, so that labels may be of any integer type.

#include <mixcon/core/config.hpp>

#include <cstdint>
#include <string>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// What a label, an id or an index may be: any integer or enumeration, but no flag.
template <class I>
inline constexpr bool is_label = (std::is_integral_v<I> || std::is_enum_v<I>)&&!std::is_same_v<I, bool>;

/// Whether it may be above 2^63 - 1.
template <class I>
constexpr bool reaches_beyond() {
  if constexpr (std::is_enum_v<I>)
    return reaches_beyond<std::underlying_type_t<I>>();
  else
    return sizeof(I) == sizeof(std::uint64_t) && std::is_unsigned_v<I>;
}

}  // namespace detail

/// An integer of any type, compared by value: 2^64 - 1 is not -1. Enumerations count as their numbers.
struct integer_value {
  std::int64_t bits = 0;
  bool is_beyond = false;  ///< above 2^63 - 1, as only std::uint64_t can be; `bits` is then less by 2^64

  constexpr integer_value() = default;
  template <class I>
  requires detail::is_label<I>
  constexpr integer_value(I integer)  // NOLINT(google-explicit-constructor)
      : bits(static_cast<std::int64_t>(integer)), is_beyond(detail::reaches_beyond<I>() && bits < 0) {}

  // written out: nvcc loses defaulted ones
  friend constexpr bool operator==(const integer_value& a, const integer_value& b) {
    return a.bits == b.bits && a.is_beyond == b.is_beyond;
  }
  friend constexpr bool operator<(const integer_value& a, const integer_value& b) {
    return a.is_beyond == b.is_beyond ? a.bits < b.bits : b.is_beyond;
  }
};
inline std::string to_string(const integer_value& integer) {
  return integer.is_beyond ? std::to_string(static_cast<std::uint64_t>(integer.bits)) : std::to_string(integer.bits);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
