// SPDX-License-Identifier: BSD-3-Clause
// What the CUDA runtime is to launch.cuh: launches, with the limits that the runtime checks, and device memory.
#pragma once

#include "gpu/emulator/machine.hpp"
#include "gpu/emulator/memory.hpp"

#include <cstddef>
#include <utility>

namespace mixcon::gpu::emulated {

/// The card that is emulated; a test may change it.
struct card {
  int multiprocessors = 4, compute_capability = 80;
  std::size_t shared_bytes = 163 * 1024;
};
inline card& the_card() {
  static card one;
  return one;
}

/// How often a stream has been waited for.
inline long& waits() {
  static long number = 0;
  return number;
}

/// Why the runtime would refuse such a launch; empty when it would not.
inline const char* refusal(dim3 grid, dim3 block, std::size_t shared_bytes) {
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || block.x == 0 || block.y == 0 || block.z == 0)
    return "invalid configuration argument: no blocks or no threads";
  if (block.x * block.y * block.z > 1024 || grid.y > 65535 || grid.z > 65535 || grid.x > 0x7FFFFFFFU)
    return "invalid configuration argument: too many blocks or threads";
  if (shared_bytes > the_card().shared_bytes) return "invalid argument: more shared memory than a block can have";
  return "";
}

/// Runs a kernel with copies of its arguments, as a launch does, then looks at the red zones of device memory.
template <class... Parameter>
void run(void (*kernel)(Parameter...), dim3 grid, dim3 block, std::size_t shared_bytes, const settings* how,
         std::remove_cvref_t<Parameter>... arguments) {
  machine::get().run(grid, block, shared_bytes, how != nullptr ? *how : the_settings(), [&] { kernel(arguments...); });
  const quiet books;
  device_memory_map::get().check_red_zones();
}

}  // namespace mixcon::gpu::emulated
