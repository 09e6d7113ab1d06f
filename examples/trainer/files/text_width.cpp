// SPDX-License-Identifier: BSD-3-Clause
#include "files/text_width.hpp"

namespace mixcon_train {
inline namespace files {

namespace {

struct code_range {
  unsigned first, last;
};
/// Unicode's widths F and W (UAX 11), in blocks.
constexpr code_range wide[] = {{0x1100, 0x115F}, {0x2E80, 0x303E},   {0x3041, 0xA4CF},  {0xA960, 0xA97C},
                               {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},  {0xFF01, 0xFF60},
                               {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
constexpr code_range combining[] = {{0x300, 0x36F}, {0x200B, 0x200F}, {0x20D0, 0x20F0}, {0xFE00, 0xFE0F}};

template <std::size_t N>
bool is_in(const code_range (&ranges)[N], unsigned code) {
  for (const code_range& each : ranges)
    if (code >= each.first && code <= each.last) return true;
  return false;
}

/// The character that stands at `at`, which moves behind it.
unsigned next_character(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  unsigned code = first < 0x80 ? first : first < 0xE0 ? first & 0x1FU : first < 0xF0 ? first & 0x0FU : first & 0x07U;
  for (; first >= 0xC0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80; ++at)
    code = code << 6 | (static_cast<unsigned char>(text[at]) & 0x3FU);
  return code;
}

}  // namespace

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const unsigned code = next_character(text, at);
    width += is_in(combining, code) ? 0U : is_in(wide, code) ? 2U : 1U;
  }
  return width;
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t own = width_of(text);
  return own < width ? text.append(width - own, ' ') : text;
}

}  // namespace files
}  // namespace mixcon_train
