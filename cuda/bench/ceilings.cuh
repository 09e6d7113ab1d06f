// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What the card can do at most, measured: bytes copied, products on tensor cores, exponentials. Ratios to these are
// what a run reports.

#include "device_numbers.cuh"
#include "measure.cuh"

#include <dlfcn.h>

#include <cstdio>

namespace mixcon_bench {

/// Each in units per second; 0: not measured.
struct card_ceilings {
  double bytes = 0;          // of a copy within the card's memory, read and written
  double exponentials = 0;   // 2^x by the special-function units
  double mma_flops = 0;      // bfloat16 products by mma.sync, from registers
  double library_flops = 0;  // an 8192^3 product of bfloat16 matrices by cuBLAS
  std::string library_missing{};
  double best_flops() const { return std::max(mma_flops, library_flops); }
};

constexpr int exponentials_of_thread = 8 * 4096, products_of_warp = 8 * 1024;

// grid: any;  block: any;  8 chains of 4096 exponentials per thread
static __global__ void count_exponentials(float start, float* out) {
  float x[8];
#pragma unroll
  for (int k = 0; k < 8; ++k) x[k] = start * static_cast<float>(k + 1) + static_cast<float>(threadIdx.x) * 0x1p-10F;
#pragma unroll 1
  for (int step = 0; step < 4096 / 16; ++step)
#pragma unroll
    for (int s = 0; s < 16; ++s)
#pragma unroll
      for (int k = 0; k < 8; ++k) x[k] = gpu::exp2_fast(-x[k]);
  float sum = 0;
#pragma unroll
  for (int k = 0; k < 8; ++k) sum += x[k];
  out[gpu::thread_of_grid()] = sum;
}

// grid: any;  block: whole warps;  8 accumulators of 1024 products per warp, operands in registers
static __global__ void count_products(std::uint32_t seed, float* out) {
  std::uint32_t a[4], b[2];
#pragma unroll
  for (unsigned k = 0; k < 4; ++k)
    a[k] = gpu::packed_pair<mixcon::bfloat16>(0.001F * static_cast<float>(mixed_bits(threadIdx.x, seed + k) % 17),
                                              -0.0005F);
#pragma unroll
  for (unsigned k = 0; k < 2; ++k)
    b[k] = gpu::packed_pair<mixcon::bfloat16>(0.002F * static_cast<float>(mixed_bits(threadIdx.x, seed + 4 + k) % 13),
                                              0.001F);
  float sum[8][4] = {};
#pragma unroll 1
  for (int step = 0; step < 1024; ++step)
#pragma unroll
    for (int k = 0; k < 8; ++k) gpu::mma_16x8x16<mixcon::bfloat16>(sum[k], a, b[0], b[1]);
  float all = 0;
#pragma unroll
  for (int k = 0; k < 8; ++k) all += sum[k][0] + sum[k][1] + sum[k][2] + sum[k][3];
  out[gpu::thread_of_grid()] = all;
}

/// cuBLAS, loaded when asked for: nothing is linked against it.
class product_library {
 public:
  /// `path`: a file, or empty for the names that the loader knows.
  explicit product_library(const std::string& path) {
    std::vector<std::string> names{path};
    if (path.empty()) names = {"libcublas.so.13", "libcublas.so.12", "libcublas.so"};
    for (const std::string& name : names)
      if (library_ == nullptr) library_ = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library_ == nullptr) {
      const char* why = dlerror();
      missing_ = why != nullptr ? why : "not found";
      return;
    }
    find(create_, "cublasCreate_v2"), find(set_stream_, "cublasSetStream_v2"), find(multiply_, "cublasGemmEx");
    if (missing_.empty())
      if (const int code = create_(&handle_); code != 0) missing_ = "cublasCreate failed with " + std::to_string(code);
  }
  const std::string& missing() const { return missing_; }
  /// c (n, n) = a b of bfloat16 matrices, on the stream.
  void multiply(int n, const mixcon::bfloat16* a, const mixcon::bfloat16* b, mixcon::bfloat16* c, cudaStream_t on) {
    constexpr int as_is = 0, bfloat16_type = 14, compute_float = 68, default_algorithm = -1;
    const float one = 1, zero = 0;
    int code = set_stream_(handle_, on);
    if (code == 0)
      code = multiply_(handle_, as_is, as_is, n, n, n, &one, a, bfloat16_type, n, b, bfloat16_type, n, &zero, c,
                       bfloat16_type, n, compute_float, default_algorithm);
    MIXCON_REQUIRE(code == 0, "cublasGemmEx failed with ", code);
  }

 private:
  template <class Function>
  void find(Function*& function, const char* name) {
    function = reinterpret_cast<Function*>(dlsym(library_, name));
    if (function == nullptr) missing_ = std::string("no ") + name;
  }
  using handle = void*;
  void* library_ = nullptr;  // stays loaded: its threads may outlive us
  handle handle_ = nullptr;
  int (*create_)(handle*) = nullptr;
  int (*set_stream_)(handle, cudaStream_t) = nullptr;
  int (*multiply_)(handle, int, int, int, int, int, const void*, const void*, int, int, const void*, int, int,
                   const void*, void*, int, int, int, int) = nullptr;
  std::string missing_{};
};

inline double bytes_ceiling(const own_stream& on, const cache_flush& cache) {
  const std::size_t bytes = std::size_t{1} << 30U;
  const gpu::device_memory from(bytes), to(bytes);
  gpu::require_ok("copy", gpu::fill_bytes(from.data(), 0x3C, bytes, on.get()));
  const timing copy =
      time_runs([&] { gpu::require_ok("copy", gpu::copy_on_device(to.data(), from.data(), bytes, on.get())); },
                on.get(), cache, 0.3);
  return 2.0 * static_cast<double>(bytes) / copy.median_s;
}
inline double exponentials_ceiling(const gpu::device_info& card, const own_stream& on, const cache_flush& cache) {
  const unsigned blocks = static_cast<unsigned>(card.multiprocessors) * 16, threads = 256;
  const device_numbers<float> out(index_t{blocks} * threads);
  const timing all = time_runs(
      [&] {
        gpu::require_ok("exponentials",
                        gpu::launch<&count_exponentials>(blocks, threads, 0, on.get(), -0.1F, out.data()));
      },
      on.get(), cache, 0.3);
  return static_cast<double>(blocks) * threads * exponentials_of_thread / all.median_s;
}
inline double mma_ceiling(const gpu::device_info& card, const own_stream& on, const cache_flush& cache) {
  const unsigned blocks = static_cast<unsigned>(card.multiprocessors) * 16, threads = 128;
  const device_numbers<float> out(index_t{blocks} * threads);
  const timing all = time_runs(
      [&] { gpu::require_ok("products", gpu::launch<&count_products>(blocks, threads, 0, on.get(), 1U, out.data())); },
      on.get(), cache, 0.3);
  return static_cast<double>(blocks) * (threads / 32) * products_of_warp * 4096.0 / all.median_s;
}
/// 0 where the library is missing.
inline double library_ceiling(const std::string& path, std::string& missing, const own_stream& on,
                              const cache_flush& cache) {
  product_library library(path);
  missing = library.missing();
  if (!missing.empty()) return 0;
  constexpr int n = 8192;
  device_numbers<mixcon::bfloat16> a(index_t{n} * n), b(index_t{n} * n);
  const device_numbers<mixcon::bfloat16> c(index_t{n} * n);
  a.fill(1, 1, on.get()), b.fill(2, 1, on.get());
  const timing all =
      time_runs([&] { library.multiply(n, a.data(), b.data(), c.data(), on.get()); }, on.get(), cache, 0.5);
  return 2.0 * n * n * n / all.median_s;
}

inline card_ceilings measure_ceilings(const std::string& cublas, const own_stream& on, const cache_flush& cache) {
  gpu::device_info card;
  gpu::require_ok("query_device", gpu::query_device(card));
  card_ceilings found;
  found.bytes = bytes_ceiling(on, cache);
  found.exponentials = exponentials_ceiling(card, on, cache);
  found.mma_flops = mma_ceiling(card, on, cache);
  try {
    found.library_flops = library_ceiling(cublas, found.library_missing, on, cache);
  } catch (const std::exception& failed) {
    found.library_missing = failed.what();
  }
  return found;
}

/// The shortest time that the work can take at these ceilings: the largest of products, exponentials and bytes.
inline double floor_seconds(double flops, double exponentials, double bytes, const card_ceilings& card) {
  return std::max({flops / card.best_flops(), exponentials / card.exponentials, bytes / card.bytes});
}

}  // namespace mixcon_bench
