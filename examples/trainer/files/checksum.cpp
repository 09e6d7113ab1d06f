// SPDX-License-Identifier: BSD-3-Clause
#include "files/checksum.hpp"

namespace mixcon_train {
inline namespace files {

std::uint64_t checksum(std::string_view bytes) {
  std::uint64_t hash = 0xCBF29CE484222325;
  const auto take = [&](std::uint64_t word) {
    hash = (hash ^ word) * 0x100000001B3;
    hash ^= hash >> 32;
  };
  for (std::size_t begin = 0; begin < bytes.size(); begin += 8) {
    std::uint64_t word = 0;
    for (std::size_t k = 0; k < 8 && begin + k < bytes.size(); ++k)
      word |= std::uint64_t{static_cast<unsigned char>(bytes[begin + k])} << (8 * k);
    take(word);
  }
  take(bytes.size());
  return hash;
}

std::string hexadecimal(std::uint64_t number) {
  std::string digits(16, '0');
  for (std::size_t k = 16; k-- > 0; number >>= 4) digits[k] = "0123456789abcdef"[number & 15];
  return digits;
}

}  // namespace files
}  // namespace mixcon_train
