// SPDX-License-Identifier: BSD-3-Clause
// The smallest kernel that uses every word of mixcon/gpu/device.cuh as the tensor-core kernels do: rows stream through
// a ring in shared memory, and their products are summed. Tested emulated; compiled for each architecture (cuda/gates).
#pragma once

#include <mixcon/gpu/device.cuh>

namespace mixcon_test {

using mixcon::index_t;

/// Sizes of ring_product: a block of 4 warps has 64 rows of a, and tiles of 64 rows of b pass through 3 stages.
struct ring_sizes {
  static constexpr int width = 64, rows = 64, stages = 3, threads = 128;
  static constexpr int tile_entries = rows * width;
  static constexpr int shared_bytes = stages * tile_entries * 2;
};

/// Where a 16-byte chunk of a row lies in its tile: permuted, so that the eight rows of a matrix load hit eight banks.
__device__ __forceinline__ int ring_place(int row, int chunk) {
  return row * ring_sizes::width + (chunk ^ (row & 7)) * 8;
}

/// All threads of the block ask for 64 rows, from row `first` on; rows past `count` are zeros.
template <class Element>
__device__ __forceinline__ void fetch_tile(const mixcon::gpu::shared_array<Element>& to, int stage, const Element* from,
                                           int first, int count) {
  for (int e = static_cast<int>(threadIdx.x); e < ring_sizes::tile_entries / 8; e += ring_sizes::threads) {
    const int row = e / (ring_sizes::width / 8), chunk = e % (ring_sizes::width / 8);
    const bool valid = first + row < count;
    const Element* at = from + (valid ? static_cast<index_t>(first + row) * ring_sizes::width + chunk * 8 : 0);
    mixcon::gpu::copy_async<16>(to.address(stage * ring_sizes::tile_entries + ring_place(row, chunk)), at, valid);
  }
}

// grid: rows of a / 64;  block: 4 warps, 16 rows each;  reads a (n, 64), b (m, 64);  writes out (n): the sum over b's
// rows of 2^(a_i . b_j)
template <class Element>
__global__ void __launch_bounds__(128) ring_product(const Element* a, const Element* b, int n, int m, float* out) {
  using namespace mixcon::gpu;
  constexpr int stages = ring_sizes::stages, tile = ring_sizes::tile_entries, steps = ring_sizes::width / 16;
  const shared_array<Element> ring(0, stages * tile);
  const int lane = lane_of_warp(), row0 = static_cast<int>(blockIdx.x) * ring_sizes::rows;

  fetch_tile(ring, 0, a, row0, n);
  copy_async_commit();
  copy_async_wait<0>();
  __syncthreads();
  std::uint32_t left[steps][4];
#pragma unroll
  for (int k = 0; k < steps; ++k)
    load_matrix_x4(left[k], ring.address(ring_place(warp_of_block() * 16 + lane % 16, 2 * k + lane / 16)));
  __syncthreads();  // the ring takes the place of a's tile

  const int tiles = (m + ring_sizes::rows - 1) / ring_sizes::rows;
#pragma unroll
  for (int s = 0; s < stages - 1; ++s) {
    if (s < tiles) fetch_tile(ring, s, b, s * ring_sizes::rows, m);
    copy_async_commit();
  }
  float sum[2] = {};
  for (int t = 0; t < tiles; ++t) {
    copy_async_wait<stages - 2>();
    __syncthreads();
    const int next = t + stages - 1;
    if (next < tiles) fetch_tile(ring, next % stages, b, next * ring_sizes::rows, m);
    copy_async_commit();
    const int stage = t % stages * tile;
    for (int j = 0; j < ring_sizes::rows; j += 16) {
      float s[2][4] = {};
#pragma unroll
      for (int k = 0; k < steps; ++k) {
        std::uint32_t right[4];
        load_matrix_x4(right, ring.address(stage + ring_place(j + lane / 16 * 8 + lane % 8, 2 * k + lane / 8 % 2)));
        mma_16x8x16<Element>(s[0], left[k], right[0], right[1]);
        mma_16x8x16<Element>(s[1], left[k], right[2], right[3]);
      }
#pragma unroll
      for (int e = 0; e < 8; ++e) {
        const int column = t * ring_sizes::rows + j + e / 4 * 8 + 2 * (lane % 4) + e % 2;
        if (column < m) sum[e / 2 % 2] += exp2_fast(s[e / 4][e % 4]);
      }
    }
  }
#pragma unroll
  for (int h = 0; h < 2; ++h) {
    for (int bits = 1; bits < 4; bits *= 2) sum[h] += shuffle_xor(sum[h], bits);
    const int row = row0 + warp_of_block() * 16 + lane / 4 + 8 * h;
    if (lane % 4 == 0 && row < n) out[row] = sum[h];
  }
}

}  // namespace mixcon_test
