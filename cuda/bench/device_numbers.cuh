// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Arrays of the device for checks and measurements, filled there with numbers that every type of rows holds exactly.

#include <mixcon/gpu/memory.cuh>
#include <mixcon/gpu/warp.cuh>

#include <cstdint>
#include <type_traits>
#include <vector>

namespace mixcon_bench {

using mixcon::index_t;
namespace gpu = mixcon::gpu;

/// Bits that depend on every bit of k and seed.
MIXCON_HD inline std::uint32_t mixed_bits(std::uint64_t k, std::uint32_t seed) {
  std::uint64_t x = (k + 1) * 0x9E3779B97F4A7C15U + seed * 0xD1B54A32D192ED03U;
  x = (x ^ (x >> 32U)) * 0xD6E8FEB86659FD93U;
  x = (x ^ (x >> 32U)) * 0xD6E8FEB86659FD93U;
  return static_cast<std::uint32_t>(x >> 32U);
}

// a thread per entry: multiples of scale / 128 in [-scale, scale), scale a power of two: eight bits, which bfloat16,
// half, float and double hold exactly
template <class E>
__global__ void fill_numbers(E* to, index_t count, std::uint32_t seed, float scale) {
  const index_t k = gpu::thread_of_grid();
  if (k >= count) return;
  const int eighth = static_cast<int>(mixed_bits(static_cast<std::uint64_t>(k), seed) >> 24U) - 128;
  const float x = static_cast<float>(eighth) * 0.0078125F * scale;
  if constexpr (std::is_same_v<E, float> || std::is_same_v<E, double>)
    to[k] = static_cast<E>(x);
  else
    to[k] = gpu::rounded<E>(x);
}

/// Every byte 0xFF, which is NaN in every type. Emulated, the red zones of arrays that lie there are given up: the next
/// call that lays arrays out there makes its own.
inline void poison_bytes(void* data, std::size_t bytes, gpu::stream_handle on) {
  if (bytes == 0) return;
#if !defined(__CUDACC__)
  gpu::emulated::device_memory_map::get().forget_red_zones(data, bytes);
#endif
  gpu::require_ok("poison", gpu::fill_bytes(data, 0xFF, bytes, on));
}

/// `count` elements in device memory.
template <class T>
class device_numbers {
 public:
  device_numbers() = default;
  explicit device_numbers(index_t count) : memory_(static_cast<std::size_t>(count) * sizeof(T)), count_(count) {}
  T* data() const { return static_cast<T*>(memory_.data()); }
  index_t count() const { return count_; }
  std::size_t bytes() const { return memory_.bytes(); }

  void fill(std::uint32_t seed, float scale, gpu::stream_handle on) {
    gpu::require_ok("fill", gpu::launch<&fill_numbers<T>>(gpu::blocks_of(count_, gpu::threads_of_block),
                                                          static_cast<unsigned>(gpu::threads_of_block), 0, on, data(),
                                                          count_, seed, scale));
  }
  void poison(gpu::stream_handle on) { poison_bytes(data(), bytes(), on); }
  void set(const std::vector<T>& host, gpu::stream_handle on) {
    gpu::require_ok("set", gpu::copy_to_device(data(), host.data(), bytes(), on));
    gpu::require_ok("set", gpu::wait(on));
  }
  std::vector<T> host(gpu::stream_handle on) const {
    std::vector<T> found(static_cast<std::size_t>(count_));
    gpu::require_ok("read", gpu::copy_to_host(found.data(), data(), bytes(), on));
    gpu::require_ok("read", gpu::wait(on));
    return found;
  }

 private:
  gpu::device_memory memory_{};
  index_t count_ = 0;
};

}  // namespace mixcon_bench
