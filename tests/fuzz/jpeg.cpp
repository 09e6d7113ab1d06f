// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/jpeg.hpp"

#include "fuzzed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  return mixcon_fuzz::decoded(bytes, count, [](const mixcon_train::named_bytes& file) {
    mixcon_fuzz::counted_rows rows;
    mixcon_train::decode_jpeg(file, mixcon_fuzz::small_pictures, rows);
  });
}
