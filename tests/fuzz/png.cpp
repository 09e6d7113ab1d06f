// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/png.hpp"

#include "fuzzed.hpp"

#include <zlib.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  return mixcon_fuzz::decoded(bytes, count, [](const mixcon_train::named_bytes& file) {
    mixcon_fuzz::counted_rows rows;
    mixcon_train::decode_png(file, mixcon_fuzz::small_pictures, rows);
  });
}

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* bytes, std::size_t count, std::size_t most);

// Checksums of chunks would keep nearly all that is made from the decoder, so three of four get theirs made right.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t count, std::size_t most,
                                               unsigned seed) {
  const std::size_t made = LLVMFuzzerMutate(bytes, count, most);
  if (seed % 4 == 0) return made;
  for (std::size_t at = 8; made >= 12 && at <= made - 12;) {
    const std::size_t length = std::size_t{bytes[at]} << 24 | std::size_t{bytes[at + 1]} << 16 |
                               std::size_t{bytes[at + 2]} << 8 | bytes[at + 3];
    if (length > made - at - 12) break;
    const auto sum = static_cast<std::uint32_t>(crc32(0, bytes + at + 4, static_cast<unsigned>(length + 4)));
    for (std::size_t k = 0; k < 4; ++k) bytes[at + 8 + length + k] = static_cast<std::uint8_t>(sum >> (24 - 8 * k));
    at += 12 + length;
  }
  return made;
}
