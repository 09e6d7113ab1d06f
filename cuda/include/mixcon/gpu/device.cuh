// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The words that kernels are written in, besides CUDA's own. The only file with PTX: each word has a body for the GPU,
// and one that calls the emulator (tests/gpu/emulator), which runs and checks the same kernels on the CPU.

#include <mixcon/core/storage.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#if !defined(__CUDACC__) && !defined(MIXCON_GPU_EMULATED)
#error "mixcon/gpu: kernels need nvcc, or a test that includes gpu/emulator/emulator.hpp first"
#endif

/// The last parameter of words whose misuse the emulator reports with the caller's line; nothing for the GPU.
#if defined(__CUDACC__)
#define MIXCON_GPU_WHERE
#else
#define MIXCON_GPU_WHERE \
  , [[maybe_unused]] ::mixcon::gpu::emulated::place where = ::mixcon::gpu::emulated::place::here()
#endif

namespace mixcon::gpu {

constexpr int warp_size = 32;
constexpr unsigned every_lane = 0xFFFFFFFFU;

/// This thread's place in its warp, and its warp's place in the block; blocks have one dimension.
__device__ __forceinline__ int lane_of_warp() { return static_cast<int>(threadIdx.x) % warp_size; }
__device__ __forceinline__ int warp_of_block() { return static_cast<int>(threadIdx.x) / warp_size; }

// ---- numbers

/// 2^x and log2 x by the special-function unit: about 2 units in the last place; subnormal numbers are 0.
__device__ __forceinline__ float exp2_fast(float x) {
#if defined(__CUDACC__)
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
#else
  return std::exp2(x);
#endif
}
__device__ __forceinline__ float log2_fast(float x) {
#if defined(__CUDACC__)
  float y;
  asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
#else
  return std::log2(x);
#endif
}

/// Two numbers rounded to two bytes each (to nearest, ties to even), `low` in the lower half of the register.
/// Element: bfloat16 or half.
template <class Element>
__device__ __forceinline__ std::uint32_t packed_pair(float low, float high) {
  static_assert(std::is_same_v<Element, bfloat16> || std::is_same_v<Element, half>);
#if defined(__CUDACC__)
  std::uint32_t pair;
  if constexpr (std::is_same_v<Element, bfloat16>)
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
  else
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
  return pair;
#else
  return Element(low).bits() | std::uint32_t{Element(high).bits()} << 16;
#endif
}
template <class Element>
__device__ __forceinline__ Element rounded(float x) {
  return Element::from_bits(static_cast<std::uint16_t>(packed_pair<Element>(x, 0.0F)));
}

// ---- the lanes of a warp

/// Another lane's value, of any type that can be copied as bytes; all 32 lanes must call. `shuffle_xor`: of the lane
/// whose number differs in these bits. `shuffle`: of that lane.
template <class T>
__device__ __forceinline__ T shuffle_xor(const T& value, int bits MIXCON_GPU_WHERE) {
#if defined(__CUDACC__)
  if constexpr (std::is_arithmetic_v<T>) {
    return __shfl_xor_sync(every_lane, value, bits);
  } else {
    static_assert(sizeof(T) % 4 == 0 && std::is_trivially_copyable_v<T>);
    std::uint32_t words[sizeof(T) / 4];
    std::memcpy(words, &value, sizeof(T));
#pragma unroll
    for (auto& word : words) word = __shfl_xor_sync(every_lane, word, bits);
    T other = value;
    std::memcpy(static_cast<void*>(&other), words, sizeof(T));
    return other;
  }
#else
  static_assert(std::is_arithmetic_v<T> || (sizeof(T) % 4 == 0 && std::is_trivially_copyable_v<T>));
  return emulated::exchange(every_lane, "shuffle_xor", value,
                            emulated::machine::get().lane() ^ static_cast<unsigned>(bits), where);
#endif
}
template <class T>
__device__ __forceinline__ T shuffle(const T& value, int lane MIXCON_GPU_WHERE) {
#if defined(__CUDACC__)
  if constexpr (std::is_arithmetic_v<T>) {
    return __shfl_sync(every_lane, value, lane);
  } else {
    static_assert(sizeof(T) % 4 == 0 && std::is_trivially_copyable_v<T>);
    std::uint32_t words[sizeof(T) / 4];
    std::memcpy(words, &value, sizeof(T));
#pragma unroll
    for (auto& word : words) word = __shfl_sync(every_lane, word, lane);
    T other = value;
    std::memcpy(static_cast<void*>(&other), words, sizeof(T));
    return other;
  }
#else
  static_assert(std::is_arithmetic_v<T> || (sizeof(T) % 4 == 0 && std::is_trivially_copyable_v<T>));
  return emulated::exchange(every_lane, "shuffle", value, static_cast<unsigned>(lane), where);
#endif
}
/// The sum over the warp, the same in every lane: halves, quarters, ... in a fixed tree.
template <class T>
__device__ __forceinline__ T sum_of_warp(T x MIXCON_GPU_WHERE) {
#pragma unroll
  for (int bits = warp_size / 2; bits > 0; bits /= 2)
#if defined(__CUDACC__)
    x += __shfl_xor_sync(every_lane, x, bits);
#else
    x += emulated::exchange(every_lane, "sum_of_warp", x, emulated::machine::get().lane() ^ static_cast<unsigned>(bits),
                            where);
#endif
  return x;
}
/// Whether any lane of the warp says so; the same in every lane.
__device__ __forceinline__ bool any_of_warp(bool mine MIXCON_GPU_WHERE) {
#if defined(__CUDACC__)
  return __any_sync(every_lane, mine ? 1 : 0) != 0;
#else
  return sum_of_warp(mine ? 1 : 0, where) > 0;
#endif
}

/// Barrier `Id` (1..15; 0 is __syncthreads) of `threads` threads of the block, a multiple of 32.
template <int Id>
__device__ __forceinline__ void named_barrier(int threads MIXCON_GPU_WHERE) {
  static_assert(Id > 0 && Id < 16);
#if defined(__CUDACC__)
  asm volatile("bar.sync %0, %1;" ::"n"(Id), "r"(threads) : "memory");
#else
  emulated::machine::get().wait_at_barrier(Id, static_cast<unsigned>(threads), "named_barrier", where);
#endif
}

// ---- memory

/// The block's dynamic shared memory, aligned to 128 bytes. Prefer shared_array, whose accesses the emulator checks.
__device__ __forceinline__ std::byte* shared_bytes() {
#if defined(__CUDACC__)
  extern __shared__ __align__(128) unsigned char mixcon_shared[];
  return reinterpret_cast<std::byte*>(mixcon_shared);
#else
  return emulated::machine::get().shared.data();
#endif
}

/// `count` elements of the block's shared memory from a byte offset on. A plain pointer to the GPU; the emulator
/// refuses accesses outside, races, and reads of what nobody wrote. T has 2, 4, 8 or 16 bytes.
template <class T>
class shared_array {
  static_assert(sizeof(T) >= 2 && (sizeof(T) & (sizeof(T) - 1)) == 0 && std::is_trivially_copyable_v<T>);

 public:
  __device__ __forceinline__ shared_array(int byte_offset, [[maybe_unused]] int count)
      : data_(reinterpret_cast<T*>(shared_bytes() + byte_offset)) {
#if !defined(__CUDACC__)
    count_ = count;
#endif
  }
  __device__ __forceinline__ T read(int k MIXCON_GPU_WHERE) const {
#if defined(__CUDACC__)
    return data_[k];
#else
    check(k, where);
    return emulated::read_shared(data_ + k, where);
#endif
  }
  __device__ __forceinline__ void write(int k, const T& value MIXCON_GPU_WHERE) const {
#if defined(__CUDACC__)
    data_[k] = value;
#else
    check(k, where);
    emulated::write_shared(data_ + k, value, where);
#endif
  }
  /// For copy_async and load_matrix_x4.
  __device__ __forceinline__ T* address(int k MIXCON_GPU_WHERE) const {
#if !defined(__CUDACC__)
    check(k, where);
#endif
    return data_ + k;
  }

 private:
  T* data_;
#if !defined(__CUDACC__)
  void check(int k, const emulated::place& where) const {
    if (k < 0 || k >= count_) emulated::fail_index("shared_array", k, count_, where);
  }
  int count_ = 0;
#endif
};

/// Sixteen bytes at once, from and to device memory: one instruction a lane. The address must be a multiple of 16.
struct alignas(16) sixteen_bytes {
  std::uint32_t word[4];
};
__device__ __forceinline__ sixteen_bytes load_16(const void* from MIXCON_GPU_WHERE) {
#if !defined(__CUDACC__)
  emulated::check_device_address(from, 16, "load_16", where);
#endif
  return *static_cast<const sixteen_bytes*>(from);
}
__device__ __forceinline__ void store_16(void* to, const sixteen_bytes& value MIXCON_GPU_WHERE) {
#if !defined(__CUDACC__)
  emulated::check_device_address(to, 16, "store_16", where);
#endif
  *static_cast<sixteen_bytes*>(to) = value;
}

/// Bytes (4, 8 or 16, which both addresses must be multiples of) from device to shared memory, asynchronously; zeros
/// instead where not `valid`, and `from` is not read. Nobody may touch them before the copying thread has waited and a
/// barrier has passed.
template <int Bytes>
__device__ __forceinline__ void copy_async(void* to_shared, const void* from, bool valid MIXCON_GPU_WHERE) {
  static_assert(Bytes == 4 || Bytes == 8 || Bytes == 16);
#if defined(__CUDACC__)
  const auto to = static_cast<std::uint32_t>(__cvta_generic_to_shared(to_shared));
  const int read = valid ? Bytes : 0;
  if constexpr (Bytes == 16)
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(read) : "memory");
  else
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;" ::"r"(to), "l"(from), "n"(Bytes), "r"(read)
                 : "memory");
#else
  emulated::copy_async(to_shared, valid ? from : nullptr, Bytes, where);
#endif
}
/// Ends a group of this thread's copies.
__device__ __forceinline__ void copy_async_commit() {
#if defined(__CUDACC__)
  asm volatile("cp.async.commit_group;" ::: "memory");
#else
  emulated::copy_async_commit();
#endif
}
/// Waits until at most the last `Left` groups of this thread are in flight.
template <int Left>
__device__ __forceinline__ void copy_async_wait() {
#if defined(__CUDACC__)
  asm volatile("cp.async.wait_group %0;" ::"n"(Left) : "memory");
#else
  emulated::copy_async_wait(Left);
#endif
}

// ---- matrices

/// Four 8 x 8 matrices of two-byte elements from shared memory. Lane 8 q + r names the 16 bytes of row r of matrix q;
/// lane 4 i + j gets, in to[q], elements (i, 2 j) and (i, 2 j + 1) of matrix q, or of its transpose.
template <bool Transposed = false>
__device__ __forceinline__ void load_matrix_x4(std::uint32_t (&to)[4], const void* row MIXCON_GPU_WHERE) {
#if defined(__CUDACC__)
  const auto from = static_cast<std::uint32_t>(__cvta_generic_to_shared(row));
  if constexpr (Transposed)
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(from)
                 : "memory");
  else
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(from)
                 : "memory");
#else
  emulated::load_matrix_x4<Transposed>(to, row, where);
#endif
}

/// sum (16 x 8, float) += a (16 x 16) b (16 x 8), elements bfloat16 or half, on tensor cores. With g = lane / 4 and
/// t = lane % 4 a lane holds, with each one's neighbour: a[0..3] (g, 2t) (g+8, 2t) (g, 2t+8) (g+8, 2t+8); b0, b1
/// (2t, g) (2t+8, g), neighbours below; sum[0..3] (g, 2t) (g, 2t+1) (g+8, 2t) (g+8, 2t+1).
template <class Element>
__device__ __forceinline__ void mma_16x8x16(float (&sum)[4], const std::uint32_t (&a)[4], std::uint32_t b0,
                                            std::uint32_t b1 MIXCON_GPU_WHERE) {
  static_assert(std::is_same_v<Element, bfloat16> || std::is_same_v<Element, half>);
#if defined(__CUDACC__)
  if constexpr (std::is_same_v<Element, bfloat16>)
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
  else
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
  emulated::multiply_16x8x16(
      sum, a, b0, b1, [](std::uint16_t bits) { return static_cast<float>(Element::from_bits(bits)); }, where);
#endif
}

}  // namespace mixcon::gpu
