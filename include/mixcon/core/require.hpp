// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// MIXCON_REQUIRE: refuses bad arguments with one sentence, by an exception or, under -fno-exceptions, by abort.

#include <mixcon/core/number_text.hpp>
#include <mixcon/core/tensor_view.hpp>

#include <string>
#include <type_traits>

#if !defined(__cpp_exceptions)
#include <cstdio>
#include <cstdlib>
#else
#include <stdexcept>
#endif

MIXCON_STRICT_FLOATS_BEGIN

/// Checks an argument at the public door. When `condition` is false, throws `std::invalid_argument` whose text is the
/// rest of the arguments written one after another (text, numbers, axes); under -fno-exceptions, prints the text to
/// stderr and aborts. The sentence names the function, what came, what was expected, and a likely fix.
#define MIXCON_REQUIRE(condition, ...)                                                   \
  do {                                                                                   \
    if (!(condition)) ::mixcon::detail::refuse(::mixcon::detail::sentence(__VA_ARGS__)); \
  } while (false)

namespace mixcon::detail {

[[noreturn]] inline void refuse(const std::string& why) {
#if defined(__cpp_exceptions)
  throw std::invalid_argument(why);
#else
  std::fprintf(stderr, "mixcon: %s\n", why.c_str());
  std::abort();
#endif
}

inline void append(std::string& to, const char* text) { to += text; }
inline void append(std::string& to, const std::string& text) { to += text; }
template <class N>
requires std::is_integral_v<N>
void append(std::string& to, N number) {
  to += std::to_string(number);
}
template <class N>
requires std::is_floating_point_v<N>
void append(std::string& to, N number) {
  to += written(static_cast<double>(number));
}
template <int Rank>
void append(std::string& to, const axes<Rank>& extents) {  // (256, 128)
  to += '(';
  for (int axis = 0; axis < Rank; ++axis) {
    if (axis > 0) to += ", ";
    to += std::to_string(extents[axis]);
  }
  to += Rank == 1 ? ",)" : ")";
}

template <class... Parts>
std::string sentence(const Parts&... parts) {
  std::string text;
  (append(text, parts), ...);
  return text;
}

/// The view itself. Refuses one that has elements but no memory.
template <class View>
constexpr const View& require_data(const char* function, const char* name, const View& view) {
  if (view.data() == nullptr)  // a view of nothing has no memory either
    MIXCON_REQUIRE(view.size() == 0, function, ": ", name, " of shape ", view.extents(),
                   " has no memory (its pointer is null). Is the tensor allocated, and on the host?");
  return view;
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
