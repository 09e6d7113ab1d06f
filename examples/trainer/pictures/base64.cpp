// SPDX-License-Identifier: BSD-3-Clause
#include "pictures/png.hpp"

#include <cstddef>

namespace mixcon_train {
inline namespace pictures {

std::string base64(const std::vector<std::uint8_t>& bytes) {
  const char* const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = at; k < at + 3; ++k) group = group << 8 | (k < bytes.size() ? bytes[k] : 0U);
    for (std::size_t letter = 0; letter < 4; ++letter) {
      const bool is_padding = at + letter > bytes.size();  // n bytes of a group need n + 1 letters
      text += is_padding ? '=' : letters[group >> (18 - 6 * letter) & 63];
    }
  }
  return text;
}

}  // namespace pictures
}  // namespace mixcon_train
