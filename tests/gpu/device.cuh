// SPDX-License-Identifier: BSD-3-Clause
// The same words as emulated.hpp, on a GPU. Every launch is waited for, and every error ends the program with its name.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace mixcon_test {

inline void require_success(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  std::fprintf(stderr, "%s: %s\n", what, cudaGetErrorString(status));
  std::exit(2);
}

/// Whether a GPU is there; says which, or why not.
inline bool find_gpu() {
  int devices = 0;
  const cudaError_t status = cudaGetDeviceCount(&devices);
  if (status != cudaSuccess || devices == 0) {
    std::printf("no GPU: %s; the kernels were compiled and not run\n",
                status == cudaSuccess ? "none is installed" : cudaGetErrorString(status));
    return false;
  }
  cudaDeviceProp properties{};
  require_success(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
  std::printf("on %s (compute capability %d.%d)\n", properties.name, properties.major, properties.minor);
  return true;
}

template <class... Parameter, class... Argument>
void launch(void (*kernel)(Parameter...), unsigned blocks, unsigned threads, const Argument&... arguments) {
  kernel<<<blocks, threads>>>(arguments...);
  require_success(cudaGetLastError(), "launch");
  require_success(cudaDeviceSynchronize(), "kernel");
}

/// Device memory that lives as long as this object.
class device_memory {
 public:
  device_memory() = default;
  device_memory(const device_memory&) = delete;
  device_memory& operator=(const device_memory&) = delete;
  ~device_memory() {
    for (void* block : blocks_) cudaFree(block);
  }
  /// Filled with NaN, so that what a kernel forgets to write is found out.
  void* allocate(std::size_t bytes) {
    void* block = nullptr;
    require_success(cudaMalloc(&block, bytes), "cudaMalloc");
    blocks_.push_back(block);
    require_success(cudaMemset(block, 0xFF, bytes), "cudaMemset");
    return block;
  }
  static void copy_in(void* device, const void* host, std::size_t bytes) {
    require_success(cudaMemcpy(device, host, bytes, cudaMemcpyHostToDevice), "cudaMemcpy to the device");
  }
  static void copy_out(void* host, const void* device, std::size_t bytes) {
    require_success(cudaMemcpy(host, device, bytes, cudaMemcpyDeviceToHost), "cudaMemcpy to the host");
  }

 private:
  std::vector<void*> blocks_;
};

}  // namespace mixcon_test
