// SPDX-License-Identifier: BSD-3-Clause
// Lets a decoder have bytes that libFuzzer made: it may refuse them by a file_error, and do nothing else.
#pragma once

#include "data/formats/image_rows.hpp"
#include "data/formats/named_bytes.hpp"
#include "files/file_error.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace mixcon_fuzz {

/// 0, as libFuzzer wants. A refusal without file, place or advice ends the program.
template <class Decode>
int decoded(const std::uint8_t* bytes, std::size_t count, Decode decode) {
  try {
    decode(mixcon_train::named_bytes{{bytes, count}, "the file", "Make it again."});
  } catch (const mixcon_train::file_error& error) {
    const std::string text = error.what();
    if (!text.starts_with("the file") || text.find("byte ") == std::string::npos || !text.ends_with("Make it again."))
      std::abort();
  }
  return 0;
}

/// Few pixels, so that a bomb is no time out.
inline constexpr mixcon_train::picture_limits small_pictures{.side = 500, .pixels = 20000, .held = 10000};

/// Looks at every pixel.
struct counted_rows : mixcon_train::row_taker {
  void begin(mixcon_train::index_t, mixcon_train::index_t new_columns) override { columns = new_columns; }
  void row(std::span<const std::uint8_t> colours) override {
    if (static_cast<mixcon_train::index_t>(colours.size()) != 3 * columns) std::abort();
    for (const std::uint8_t colour : colours) sum = sum + colour;
  }
  mixcon_train::index_t columns = 0;
  volatile unsigned sum = 0;
};

}  // namespace mixcon_fuzz
