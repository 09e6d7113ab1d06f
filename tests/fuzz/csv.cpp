// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/csv.hpp"

#include "fuzzed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  return mixcon_fuzz::decoded(bytes, count, [](const mixcon_train::named_bytes& file) {
    const char* const labels[] = {"", "1", "kind"};
    mixcon_train::decode_csv(file, {.label = labels[file.size() % 3], .separator = file.size() % 2 == 0 ? ',' : ';'});
  });
}
