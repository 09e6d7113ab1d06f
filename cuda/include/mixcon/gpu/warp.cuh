// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What the threads of a warp or a block do together: shuffles of whole structs, and merges in one fixed tree.

#include <mixcon/gpu/device.cuh>

#include <mixcon/core/config.hpp>

#include <cstring>
#include <type_traits>

namespace mixcon::gpu {

constexpr index_t warp_size = 32, rows_of_block = 4, threads_of_block = 128;

__device__ inline index_t lane_of_thread() { return static_cast<index_t>(threadIdx.x) % warp_size; }
/// The number of this warp, or of this thread, in the grid.
__device__ inline index_t warp_of_grid() {
  return static_cast<index_t>(blockIdx.x) * (static_cast<index_t>(blockDim.x) / warp_size) +
         static_cast<index_t>(threadIdx.x) / warp_size;
}
__device__ inline index_t thread_of_grid() {
  return static_cast<index_t>(blockIdx.x) * static_cast<index_t>(blockDim.x) + static_cast<index_t>(threadIdx.x);
}

/// What the lane whose number differs in the bits of `step` holds. By memcpy: states have no trivial constructor.
template <class V>
__device__ V shuffled(const V& mine, int step) {
  static_assert(std::is_trivially_copyable_v<V>);
  constexpr int words = static_cast<int>((sizeof(V) + 3) / 4);
  unsigned word[static_cast<unsigned>(words)] = {};
  memcpy(static_cast<void*>(word), static_cast<const void*>(&mine), sizeof(V));
#pragma unroll
  for (int k = 0; k < words; ++k) word[k] = __shfl_xor_sync(~0U, word[k], step);
  V other;
  memcpy(static_cast<void*>(&other), static_cast<const void*>(word), sizeof(V));
  return other;
}

/// What all lanes hold, merged in a fixed tree in the order of lanes; merge(a, b) adds b, which comes later, to a.
/// Every lane gets it.
template <class V, class Merge>
__device__ V merged_by_warp(V mine, Merge&& merge) {
  for (int step = 1; step < static_cast<int>(warp_size); step *= 2) {
    V other = shuffled(mine, step);
    if ((lane_of_thread() & step) != 0) {
      merge(other, mine);
      mine = other;
    } else {
      merge(mine, other);
    }
  }
  return mine;
}
template <class V>
__device__ V warp_sum(V mine) {
  return merged_by_warp(mine, [](V& a, const V& b) { a += b; });
}

/// What all threads of a block hold, merged in a fixed tree in their order; thread 0 gets it. `room` in shared memory
/// takes one V a warp.
template <class V, class Merge>
__device__ V merged_by_block(const V& mine, V* room, Merge&& merge) {
  const V of_warp = merged_by_warp(mine, merge);
  const index_t warps = static_cast<index_t>(blockDim.x) / warp_size;
  __syncthreads();
  if (lane_of_thread() == 0)
    memcpy(static_cast<void*>(room + static_cast<index_t>(threadIdx.x) / warp_size),
           static_cast<const void*>(&of_warp), sizeof(V));
  __syncthreads();
  V all = of_warp;
  for (index_t w = 1; w < warps && threadIdx.x == 0; ++w) {
    V next;
    memcpy(static_cast<void*>(&next), static_cast<const void*>(room + w), sizeof(V));
    merge(all, next);
  }
  return all;
}

}  // namespace mixcon::gpu
