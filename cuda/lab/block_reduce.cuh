// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A value of each of 128 threads, merged: by CUB's BlockReduce, and in emulation, which has no CUB, by our own words.

#include "ladder.hpp"

#if defined(__CUDACC__)
#include <cub/block/block_reduce.cuh>
#endif

namespace mixcon_lab {

constexpr int threads_of_reduce = 128;

#if defined(__CUDACC__)
template <class V>
using block_reduce = cub::BlockReduce<V, threads_of_reduce, cub::BLOCK_REDUCE_WARP_REDUCTIONS>;
template <class V>
constexpr std::size_t bytes_of_reduce = sizeof(typename block_reduce<V>::TempStorage);
#else
template <class V>
constexpr std::size_t bytes_of_reduce = threads_of_reduce / gpu::warp_size * sizeof(V);
#endif

/// Thread 0 gets the merge of all; merge(a, b) returns both as one. Takes the beginning of the block's shared memory;
/// the caller puts a barrier before it is used again.
template <class V, class Merge>
__device__ __forceinline__ V reduced_by_block(const V& mine, const Merge& merge) {
#if defined(__CUDACC__)
  auto& room = *reinterpret_cast<typename block_reduce<V>::TempStorage*>(gpu::shared_bytes());
  return block_reduce<V>(room).Reduce(mine, merge);
#else
  return gpu::merged_by_block(mine, 0, [&](V& one, const V& other) { one = merge(one, other); });
#endif
}

/// Merges two sums, as BlockReduce calls it.
struct merge_sums {
  __device__ __forceinline__ shifted_sum operator()(const shifted_sum& a, const shifted_sum& b) const {
    shifted_sum both = a;
    both.merge(b);
    return both;
  }
};

}  // namespace mixcon_lab
