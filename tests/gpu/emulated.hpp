// SPDX-License-Identifier: BSD-3-Clause
// What row_check.hpp asks for, by the emulator: launches on the CPU, and device memory that is the host's.
#pragma once

#include "gpu/emulator/emulator.hpp"

#include <cstring>
#include <memory>
#include <vector>

namespace mixcon_test {

template <class... Parameter, class... Argument>
void launch(void (*kernel)(Parameter...), unsigned blocks, unsigned threads, const Argument&... arguments) {
  // from the last thread to the first: a kernel that leans on the order of threads is found out
  const mixcon::gpu::emulated::settings how{mixcon::gpu::emulated::order::backward};
  mixcon::gpu::emulated::run(kernel, blocks, threads, 0, &how, arguments...);
}

/// Device memory that lives as long as this object.
class device_memory {
 public:
  /// Filled with NaN, so that what a kernel forgets to write is found out.
  void* allocate(std::size_t bytes) {
    blocks_.emplace_back(mixcon::gpu::emulated::device_memory_map::get().allocate(bytes));
    return blocks_.back().get();
  }
  static void copy_in(void* device, const void* host, std::size_t bytes) { std::memcpy(device, host, bytes); }
  static void copy_out(void* host, const void* device, std::size_t bytes) { std::memcpy(host, device, bytes); }

 private:
  struct release {
    void operator()(void* block) const { mixcon::gpu::emulated::device_memory_map::get().release(block); }
  };
  std::vector<std::unique_ptr<void, release>> blocks_;
};

}  // namespace mixcon_test
