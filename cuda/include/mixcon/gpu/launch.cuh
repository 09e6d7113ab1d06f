// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The host's side of a kernel: launches, copies, one buffer cut into arrays. Nothing here throws, and only `allocate`,
// `release` and `wait` may wait for the GPU.

#include <mixcon/core/spelled_name.hpp>
#include <mixcon/gpu/device.cuh>

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#if defined(__CUDACC__)
#include <cuda_runtime.h>
#endif

namespace mixcon::gpu {

/// A stream of the CUDA runtime. Emulated: in which order threads run; null takes the test's settings.
#if defined(__CUDACC__)
using stream_handle = cudaStream_t;
#else
using stream_handle = const emulated::settings*;
#endif

/// What came of a call: nothing, or why it failed and in which kernel.
struct [[nodiscard]] status {
  const char* error = nullptr;  // null: all went well
  std::string_view kernel{};    // of a launch: as the compiler spells it
  constexpr bool ok() const { return error == nullptr; }
};

namespace detail {

#if defined(__CUDACC__)
/// A failure is taken from the runtime's last error, where cuBLAS, cuDNN or the caller would find it after a call of
/// their own that went well. One that ends the context stays there.
inline status status_of(cudaError_t code) {
  if (code == cudaSuccess) return {};
  static_cast<void>(cudaGetLastError());
  return {cudaGetErrorString(code)};
}
#endif

template <class... Parameter>
status launch_kernel(void (*kernel)(Parameter...), dim3 grid, dim3 block, std::size_t shared_bytes, stream_handle on,
                     std::remove_cvref_t<Parameter>... arguments) {
#if defined(__CUDACC__)
  const void* function = reinterpret_cast<const void*>(kernel);
  if (shared_bytes > 48 * 1024) {
    const auto code =
        cudaFuncSetAttribute(function, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared_bytes));
    if (code != cudaSuccess) return status_of(code);
  }
  void* pointers[sizeof...(Parameter) + 1] = {static_cast<void*>(&arguments)..., nullptr};
  return status_of(cudaLaunchKernel(function, grid, block, pointers, shared_bytes, on));
#else
  const char* refused = emulated::refusal(grid, block, shared_bytes);
  if (*refused != '\0') return {refused};
  emulated::run(kernel, grid, block, shared_bytes, on, std::move(arguments)...);
  return {};
#endif
}

}  // namespace detail

/// Enqueues `Kernel` (written &name<...>) with `shared_bytes` of dynamic shared memory. Arguments are converted to its
/// parameters and copied.
template <auto Kernel, class... Argument>
status launch(dim3 grid, dim3 block, std::size_t shared_bytes, stream_handle on, const Argument&... arguments) {
  status result = detail::launch_kernel(Kernel, grid, block, shared_bytes, on, arguments...);
  if (!result.ok()) result.kernel = mixcon::detail::spelled_value_of<Kernel>();
  return result;
}

/// Blocks of `per_block` that cover `count`: a grid's extent.
constexpr unsigned blocks_of(index_t count, index_t per_block) {
  return static_cast<unsigned>((count + per_block - 1) / per_block);
}

// ---- memory. Emulated, device memory is the host's, begins as NaN, and has red zones that every launch looks at.

inline status allocate(void** memory, std::size_t bytes) {
#if defined(__CUDACC__)
  return detail::status_of(cudaMalloc(memory, bytes));
#else
  *memory = emulated::device_memory_map::get().allocate(bytes);
  return {};
#endif
}
inline void release(void* memory) {
#if defined(__CUDACC__)
  static_cast<void>(cudaFree(memory));
#else
  emulated::device_memory_map::get().release(memory);
#endif
}
/// Enqueue a copy between host and device, or bytes of one value; of no bytes, nothing. Host memory must live until the
/// stream is waited for.
inline status copy_to_device(void* device, const void* host, std::size_t bytes, [[maybe_unused]] stream_handle on) {
#if defined(__CUDACC__)
  return bytes == 0 ? status{} : detail::status_of(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, on));
#else
  if (bytes > 0) std::memcpy(device, host, bytes);
  return {};
#endif
}
inline status copy_to_host(void* host, const void* device, std::size_t bytes, [[maybe_unused]] stream_handle on) {
#if defined(__CUDACC__)
  return bytes == 0 ? status{} : detail::status_of(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, on));
#else
  ++emulated::the_counts().copies_to_host;
  if (bytes > 0) std::memcpy(host, device, bytes);
  return {};
#endif
}
inline status copy_on_device(void* to, const void* from, std::size_t bytes, [[maybe_unused]] stream_handle on) {
#if defined(__CUDACC__)
  return bytes == 0 ? status{} : detail::status_of(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, on));
#else
  if (bytes > 0) std::memmove(to, from, bytes);
  return {};
#endif
}
inline status fill_bytes(void* device, int value, std::size_t bytes, [[maybe_unused]] stream_handle on) {
#if defined(__CUDACC__)
  return bytes == 0 ? status{} : detail::status_of(cudaMemsetAsync(device, value, bytes, on));
#else
  if (bytes > 0) std::memset(device, value, bytes);
  return {};
#endif
}
/// Until all that was enqueued is done.
inline status wait([[maybe_unused]] stream_handle on) {
#if defined(__CUDACC__)
  return detail::status_of(cudaStreamSynchronize(on));
#else
  ++emulated::waits();
  return {};
#endif
}

/// What launch configurations depend on, read once.
struct device_info {
  int multiprocessors = 0, compute_capability = 0;  // such as 132 and 90
  std::size_t shared_bytes = 0;                     // a block may have as many
};
inline status query_device(device_info& found, [[maybe_unused]] int device = 0) {
#if defined(__CUDACC__)
  cudaDeviceProp properties{};
  const auto code = cudaGetDeviceProperties(&properties, device);
  found = {properties.multiProcessorCount, 10 * properties.major + properties.minor, properties.sharedMemPerBlockOptin};
  return detail::status_of(code);
#else
  const emulated::card& card = emulated::the_card();
  found = {card.multiprocessors, card.compute_capability, card.shared_bytes};
  return {};
#endif
}

/// Cuts one buffer into arrays aligned to 256 bytes. With a null base it only measures, so that one function both
/// sizes a workspace and lays it out. Emulated, a red zone follows each array.
class arena {
 public:
  explicit arena(void* base) : base_(static_cast<std::byte*>(base)) {}
  template <class T>
  T* take(index_t count) {
    used_ = (used_ + 255) / 256 * 256;
    T* array = base_ != nullptr ? reinterpret_cast<T*>(base_ + used_) : nullptr;
    const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(T);
    used_ += bytes;
#if !defined(__CUDACC__)
    const std::size_t gap = (used_ + 255) / 256 * 256 - used_ + 256;
    if (array != nullptr) {
      emulated::device_memory_map::get().forget_red_zones(array, bytes + gap);
      emulated::device_memory_map::get().add_red_zone(base_ + used_, gap);
    }
    used_ += gap;
#endif
    return array;
  }
  std::size_t used() const { return used_; }

 private:
  std::byte* base_;
  std::size_t used_ = 0;
};

}  // namespace mixcon::gpu
