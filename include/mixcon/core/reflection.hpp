// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What a type is called and means, and the names, values and meanings of its fields: what a binding, a command line or
// a table of parameters asks instead of keeping a list of its own.

#include <mixcon/core/meanings.hpp>
#include <mixcon/core/spelled_name.hpp>

#include <string_view>
#include <type_traits>
#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
namespace detail {

template <class Owner>
struct any_field {
  template <class T>
  requires(!std::is_same_v<T, Owner>)
  constexpr operator T() const noexcept;  // NOLINT(google-explicit-constructor): only asked for
};
template <class T, int... k>
constexpr bool is_made_of(std::integer_sequence<int, k...>) {
  return requires { T{(static_cast<void>(k), any_field<T>{})...}; };
}
constexpr int most_fields = 12;
template <class T, int Count = most_fields>
constexpr int count_fields() {
  if constexpr (requires { T::field_count; })
    return T::field_count;
  else if constexpr (Count == 0 || is_made_of<T>(std::make_integer_sequence<int, Count>{}))
    return Count;
  else
    return count_fields<T, Count - 1>();
}

// clang-format off
/// Calls f with every field, by reference.
template <class T, class F>
constexpr decltype(auto) with_fields(T& x, F&& f) {
  constexpr int count = count_fields<std::remove_const_t<T>>();
  static_assert(0 <= count && count <= most_fields, "mixcon: reflection knows of at most 12 fields");
  if constexpr (count == 0) return f();
  else if constexpr (count == 1) { auto& [a] = x; return f(a); }
  else if constexpr (count == 2) { auto& [a, b] = x; return f(a, b); }
  else if constexpr (count == 3) { auto& [a, b, c] = x; return f(a, b, c); }
  else if constexpr (count == 4) { auto& [a, b, c, d] = x; return f(a, b, c, d); }
  else if constexpr (count == 5) { auto& [a, b, c, d, e] = x; return f(a, b, c, d, e); }
  else if constexpr (count == 6) { auto& [a, b, c, d, e, g] = x; return f(a, b, c, d, e, g); }
  else if constexpr (count == 7) { auto& [a, b, c, d, e, g, h] = x; return f(a, b, c, d, e, g, h); }
  else if constexpr (count == 8) { auto& [a, b, c, d, e, g, h, i] = x; return f(a, b, c, d, e, g, h, i); }
  else if constexpr (count == 9) { auto& [a, b, c, d, e, g, h, i, j] = x; return f(a, b, c, d, e, g, h, i, j); }
  else if constexpr (count == 10) { auto& [a, b, c, d, e, g, h, i, j, k] = x; return f(a, b, c, d, e, g, h, i, j, k); }
  else if constexpr (count == 11) { auto& [a, b, c, d, e, g, h, i, j, k, l] = x; return f(a, b, c, d, e, g, h, i, j, k, l); }
  else { auto& [a, b, c, d, e, g, h, i, j, k, l, m] = x; return f(a, b, c, d, e, g, h, i, j, k, l, m); }
}
// clang-format on

template <int Position, class First, class... Rest>
constexpr auto& nth_of(First& first, Rest&... rest) {
  if constexpr (Position == 0)
    return first;
  else
    return nth_of<Position - 1>(rest...);
}
template <int Position, class T>
constexpr auto& nth_field(T& x) {
  return with_fields(x, [](auto&... fields) -> auto& { return nth_of<Position>(fields...); });
}

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-internal"
#pragma clang diagnostic ignored "-Wundefined-var-template"
#endif
template <class T>
struct held {
  T value;
};
template <class T>
extern const held<T> held_object;  // defined nowhere: its members are only named
template <class M>
struct address {
  M* of;
};
template <class M>
constexpr address<M> address_of(M& field) {
  return {&field};
}

template <class T, int Position>
constexpr std::string_view field_name() {
  return last_name(spelled_value_of<address_of(nth_field<Position>(held_object<T>.value))>());
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

}  // namespace detail

/// What has fields to ask for: an aggregate, or a class of public members that says their number, which its
/// constructors hide, by `static constexpr int field_count`; a wrong one does not compile.
template <class T>
concept Reflected = std::is_class_v<T> && (std::is_aggregate_v<T> || requires { T::field_count; });
template <Reflected T>
inline constexpr int field_count_of = detail::count_fields<T>();

/// What a field is called, what it holds, and what that means, with unit and range: the comment beside it. `value` is
/// const if the object is.
template <class Value>
struct field_of {
  std::string_view name;
  Value& value;
  std::string_view meaning;
};

/// One sentence: what a loss, a policy, a similarity or targets are. Empty for types that are not mixcon's.
template <class T>
std::string_view summary_of() {
  return detail::said_of(name_of<T>(), "");
}

/// Calls visit(field_of<...>) for every field of a struct, in their order. A field without a comment means what its
/// type does.
template <class T, class Visit>
requires Reflected<std::remove_const_t<T>>
void for_each_field(T& object, Visit&& visit) {
  using plain = std::remove_const_t<T>;
  [[maybe_unused]] const auto at = [&]<int Position>(std::integral_constant<int, Position>) {
    auto& value = detail::nth_field<Position>(object);
    using type = std::remove_reference_t<decltype(value)>;
    constexpr std::string_view name = detail::field_name<plain, Position>();
    const std::string_view meaning = detail::said_of(name_of<plain>(), name);
    visit(field_of<type>{name, value, meaning.empty() ? summary_of<std::remove_const_t<type>>() : meaning});
  };
  [&]<int... k>(std::integer_sequence<int, k...>) {
    (at(std::integral_constant<int, k>{}), ...);
  }(std::make_integer_sequence<int, field_count_of<plain>>{});
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
