// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The names of types and of enumerators, as the compiler spells them in the name of a function.

#include <mixcon/core/config.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
namespace detail {

template <class T>
constexpr std::string_view spelled_type() {
  return __PRETTY_FUNCTION__;
}
template <auto Value>
constexpr std::string_view spelled_value() {
  return __PRETTY_FUNCTION__;
}
constexpr bool is_letter(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
/// The last name in a text: `unit` of `mixcon::rows::unit`.
constexpr std::string_view last_name(std::string_view text) {
  std::size_t end = text.size();
  while (end > 0 && !is_letter(text[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && is_letter(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}
/// What stands for the parameter in a spelled function, found by what stands there for one that is known.
constexpr std::string_view parameter_in(std::string_view spelled, std::string_view known, std::string_view as) {
  const std::size_t before = known.rfind(as), after = known.size() - before - as.size();
  return spelled.substr(before, spelled.size() - before - after);
}

/// `mixcon::rows::unit` of rows::unit, and `(mixcon::rows)9` of no enumerator.
template <auto Value>
constexpr std::string_view spelled_value_of() {
  return parameter_in(spelled_value<Value>(), spelled_value<12345>(), "12345");
}

}  // namespace detail

/// `info_nce` of mixcon::info_nce, `mixup` of any mixup<...>: as its header is called.
template <class T>
constexpr std::string_view name_of() {
  using detail::spelled_type;
  const std::string_view spelled = detail::parameter_in(spelled_type<T>(), spelled_type<double>(), "double");
  return detail::last_name(spelled.substr(0, spelled.find('<')));
}
/// The name of an enumerator, `batch` of granularity::batch, for enumerations that count from 0; empty for no
/// enumerator.
template <class Enumeration>
requires std::is_enum_v<Enumeration>
constexpr std::string_view enumerator_name(Enumeration value) {
  std::string_view name;
  const auto at = [&]<int Position>(std::integral_constant<int, Position>) {
    constexpr auto each = static_cast<Enumeration>(Position);
    constexpr std::string_view spelled = detail::spelled_value_of<each>();
    if (value == each && spelled.find(')') == std::string_view::npos) name = detail::last_name(spelled);
  };
  [&]<int... k>(std::integer_sequence<int, k...>) {
    (at(std::integral_constant<int, k>{}), ...);
  }(std::make_integer_sequence<int, 8>{});
  return name;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
