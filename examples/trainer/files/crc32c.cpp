// SPDX-License-Identifier: BSD-3-Clause
#include "files/crc32c.hpp"

#include <array>
#include <cstddef>

namespace mixcon_train {
inline namespace files {

namespace {

constexpr std::array<std::uint32_t, 256> table = [] {
  std::array<std::uint32_t, 256> made{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest & 1U) != 0 ? rest >> 1U ^ 0x82F63B78U : rest >> 1U;
    made[byte] = rest;
  }
  return made;
}();

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char c : bytes) crc = table[(crc ^ static_cast<unsigned char>(c)) & 255U] ^ crc >> 8U;
  return ~crc;
}

}  // namespace files
}  // namespace mixcon_train
