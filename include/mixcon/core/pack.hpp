// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `pack`: a list of values of different types, as std::tuple but usable in kernels and cheap to compile.

#include <mixcon/core/config.hpp>

#include <type_traits>
#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

template <int Position, class T>
struct packed {
  T value{};
};
template <class Positions, class... T>
struct packed_list;
template <int... Position, class... T>
struct packed_list<std::integer_sequence<int, Position...>, T...> : packed<Position, T>... {
  constexpr packed_list() = default;
  MIXCON_HD constexpr explicit packed_list(const T&... values) : packed<Position, T>{values}... {}
};
template <>
struct packed_list<std::integer_sequence<int>> {
  constexpr packed_list() = default;
};

}  // namespace detail

/// A fixed list of values of different types: what std::tuple is, but callable in kernels (nvcc's std::tuple is not)
/// and cheap to compile. `pack{a, b}` deduces its types.
template <class... T>
struct pack : detail::packed_list<std::make_integer_sequence<int, static_cast<int>(sizeof...(T))>, T...> {
  static constexpr int size = static_cast<int>(sizeof...(T));
  using positions = std::make_integer_sequence<int, size>;
  using list = detail::packed_list<positions, T...>;

  constexpr pack() = default;
  MIXCON_HD constexpr pack(const T&... values)  // NOLINT(google-explicit-constructor)
  requires(sizeof...(T) > 0)
      : list(values...) {}
};
template <class... T>
pack(T...) -> pack<T...>;

template <int Position, class T>
MIXCON_HD constexpr T& get(detail::packed<Position, T>& p) {
  return p.value;
}
template <int Position, class T>
MIXCON_HD constexpr const T& get(const detail::packed<Position, T>& p) {
  return p.value;
}

/// A position known at compile time, as an argument: `for_each_position` hands one to each call.
template <int Position>
struct position {
  static constexpr int value = Position;
};

namespace detail {
MIXCON_CALLS_GIVEN
template <int... Position, class F>
MIXCON_HD constexpr void each_position(std::integer_sequence<int, Position...>, F&& f) {
  (f(position<Position>{}), ...);
}
}  // namespace detail

/// Calls f(position<0>{}), f(position<1>{}), ... Size times, in order.
MIXCON_CALLS_GIVEN
template <int Size, class F>
MIXCON_HD constexpr void for_each_position(F&& f) {
  detail::each_position(std::make_integer_sequence<int, Size>{}, f);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
