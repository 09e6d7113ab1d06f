// SPDX-License-Identifier: BSD-3-Clause
#include "files/html.hpp"

#include <cmath>
#include <cstdio>

namespace mixcon_train {
inline namespace files {

namespace {

/// Bytes of the UTF-8 character that `text` begins with; 0 when there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80                    ? 1
                             : first >= 0xC2 && first < 0xE0 ? 2
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xF0 && first < 0xF5 ? 4
                                                             : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t k = 1; k < length; ++k)
    if ((byte(k) & 0xC0U) != 0x80) return 0;
  if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F) || (first == 0xF0 && byte(1) < 0x90) ||
      (first == 0xF4 && byte(1) > 0x8F))
    return 0;  // written too long, a surrogate, or beyond U+10FFFF
  return length;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string safe;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const unsigned char c = static_cast<unsigned char>(text[0]);
    if (length == 0 || (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F)
      safe += "\xEF\xBF\xBD";
    else if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '"')
      safe += "&quot;";
    else if (c == '\'')
      safe += "&#39;";
    else
      safe += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return safe;
}

std::string written(double number, int digits) {
  if (!std::isfinite(number)) return "-";
  char text[400];
  std::snprintf(text, sizeof text, "%.*f", digits, number);
  return text;
}

}  // namespace files
}  // namespace mixcon_train
