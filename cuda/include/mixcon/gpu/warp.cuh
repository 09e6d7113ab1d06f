// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What the threads of a warp or a block do together: merges of whole structs, in one fixed tree.

#include <mixcon/core/config.hpp>
#include <mixcon/gpu/device.cuh>

namespace mixcon::gpu {

/// A kernel that gives a row to each warp has blocks of so many.
constexpr index_t rows_of_block = 4, threads_of_block = rows_of_block * warp_size;

/// The number of this warp, or of this thread, in the grid.
__device__ __forceinline__ index_t warp_of_grid() {
  return static_cast<index_t>(blockIdx.x) * (static_cast<index_t>(blockDim.x) / warp_size) + warp_of_block();
}
__device__ __forceinline__ index_t thread_of_grid() {
  return static_cast<index_t>(blockIdx.x) * static_cast<index_t>(blockDim.x) + static_cast<index_t>(threadIdx.x);
}

/// What all lanes hold, merged in the order of lanes; merge(a, b) adds b, which comes later, to a. Every lane gets it.
template <class V, class Merge>
__device__ __forceinline__ V merged_by_warp(V mine, Merge&& merge) {
  for (int step = 1; step < warp_size; step *= 2) {
    V other = shuffle_xor(mine, step);
    if ((lane_of_warp() & step) != 0) {
      merge(other, mine);
      mine = other;
    } else {
      merge(mine, other);
    }
  }
  return mine;
}

/// What all threads of a block hold, merged in their order; thread 0 gets it. Takes room for a V of each warp in shared
/// memory, from a byte on.
template <class V, class Merge>
__device__ __forceinline__ V merged_by_block(const V& mine, int first_byte, Merge&& merge) {
  constexpr int words = static_cast<int>(sizeof(V) / sizeof(std::uint32_t));
  static_assert(sizeof(V) % sizeof(std::uint32_t) == 0 && std::is_trivially_copyable_v<V>);
  const int warps = static_cast<int>(blockDim.x) / warp_size;
  const shared_array<std::uint32_t> room(first_byte, warps * words);
  V all = merged_by_warp(mine, merge);
  std::uint32_t word[static_cast<unsigned>(words)];
  if (lane_of_warp() == 0) {
    std::memcpy(word, static_cast<const void*>(&all), sizeof(V));
    for (int k = 0; k < words; ++k) room.write(warp_of_block() * words + k, word[k]);
  }
  __syncthreads();
  for (int w = 1; w < warps && threadIdx.x == 0; ++w) {
    for (int k = 0; k < words; ++k) word[k] = room.read(w * words + k);
    V next = all;
    std::memcpy(static_cast<void*>(&next), word, sizeof(V));
    merge(all, next);
  }
  return all;
}

}  // namespace mixcon::gpu
