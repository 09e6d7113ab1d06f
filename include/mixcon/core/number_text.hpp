// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Numbers as text and back, the same in every locale.

#include <mixcon/core/config.hpp>

#include <charconv>
#include <string>
#include <string_view>
#include <system_error>

#if !defined(__cpp_lib_to_chars)
#include <clocale>
#include <cstdlib>
#endif

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// The number in the shorter of the usual forms, rounded to so many digits: 0.07, 1e-12, nan. 17 digits give every
/// double back.
inline std::string written(double number, int digits = 6) {
  char text[32];  // a sign, 17 digits, a point, an exponent of 5
  const auto end = std::to_chars(text, text + sizeof text, number, std::chars_format::general, digits).ptr;
  return {text, end};
}

/// Reads all of `text` as a decimal number; false where it is none, or too large for a double. Numbers too small for
/// one become 0.
inline bool read_number(std::string_view text, double& number) {
#if defined(__cpp_lib_to_chars)
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_small = text.find("e-") != text.npos || text.find("E-") != text.npos;
  if (error == std::errc::result_out_of_range && is_small)
    number = 0;
  else if (error != std::errc())
    return false;
  return end == text.data() + text.size();
#else  // a standard library without the former: the C library reads the point of the locale
  std::string local(text);
  if (const auto point = local.find('.'); point != local.npos)
    local.replace(point, 1, std::localeconv()->decimal_point);
  char* end = nullptr;
  number = std::strtod(local.c_str(), &end);
  return !local.empty() && *end == '\0' && number - number == 0;
#endif
}

/// The same for a whole number; false where it does not fit.
inline bool read_number(std::string_view text, index_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
