// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/wav.hpp"

#include "fuzzed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  return mixcon_fuzz::decoded(bytes, count, mixcon_train::decode_wav);
}
