// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/idx.hpp"

#include "fuzzed.hpp"

#include <sys/mman.h>
#include <unistd.h>

// This decoder reads a file: one that lies in memory.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  static const int file = memfd_create("idx", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (ftruncate(file, 0) != 0 || pwrite(file, bytes, count, 0) != static_cast<ssize_t>(count)) std::abort();
  try {
    mixcon_train::read_idx(path, {-1, -1, -1}, 255, "Make it again.");
  } catch (const mixcon_train::file_error& error) {
    if (!std::string(error.what()).ends_with("Make it again.")) std::abort();
  }
  return 0;
}
