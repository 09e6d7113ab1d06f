// SPDX-License-Identifier: BSD-3-Clause
// The words of CUDA that row_kernels.cuh uses, on the CPU: a launch is a loop over its threads, one after the other.
// Enough for kernels whose threads do not speak to each other.
#pragma once

#include <cstring>
#include <memory>
#include <new>
#include <vector>

#define __global__

namespace mixcon_test {

struct thread_position {
  unsigned x = 0;
};

}  // namespace mixcon_test

inline thread_local mixcon_test::thread_position threadIdx, blockIdx, blockDim, gridDim;

namespace mixcon_test {

template <class... Parameter, class... Argument>
void launch(void (*kernel)(Parameter...), unsigned blocks, unsigned threads, const Argument&... arguments) {
  gridDim.x = blocks, blockDim.x = threads;
  // from the last thread to the first: a kernel that leans on the order of threads is found out
  for (blockIdx.x = blocks; blockIdx.x-- > 0;)
    for (threadIdx.x = threads; threadIdx.x-- > 0;) kernel(arguments...);
}

/// Device memory that lives as long as this object.
class device_memory {
 public:
  /// Filled with NaN, so that what a kernel forgets to write is found out.
  void* allocate(std::size_t bytes) {
    blocks_.emplace_back(::operator new(bytes));
    return std::memset(blocks_.back().get(), 0xFF, bytes);
  }
  static void copy_in(void* device, const void* host, std::size_t bytes) { std::memcpy(device, host, bytes); }
  static void copy_out(void* host, const void* device, std::size_t bytes) { std::memcpy(host, device, bytes); }

 private:
  struct release {
    void operator()(void* block) const { ::operator delete(block); }
  };
  std::vector<std::unique_ptr<void, release>> blocks_;
};

}  // namespace mixcon_test
