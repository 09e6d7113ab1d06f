// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What the rungs with tiles share: a row of c in shared memory as plain numbers; rows as tensor cores take them; and
// what a warp does with its 16 x 16 blocks of products.

#include "ladder.hpp"

#include <mixcon/gpu/pairs.cuh>
#include <mixcon/gpu/tiles/products.cuh>

namespace mixcon_lab {

// ---- plain threads: tiles of 64 rows, 16 bytes at a time

constexpr int rows_of_tile = 64, chunks_of_row = width / 8;

/// All threads of the block copy 64 rows, from `first` on, into shared memory; rows past the last are zeros.
__device__ __forceinline__ void load_tile(const gpu::shared_array<gpu::sixteen_bytes>& tile, const bfloat16* rows,
                                          int first, int count) {
  for (int e = static_cast<int>(threadIdx.x); e < rows_of_tile * chunks_of_row; e += static_cast<int>(blockDim.x)) {
    gpu::sixteen_bytes chunk{};
    if (first + e / chunks_of_row < count) chunk = gpu::load_16(rows + index_t{first} * width + index_t{e} * 8);
    tile.write(e, chunk);
  }
}
/// Number k of eight.
__device__ __forceinline__ float number_of(const gpu::sixteen_bytes& chunk, int k) {
  return static_cast<float>(bfloat16::from_bits(static_cast<std::uint16_t>(chunk.word[k / 2] >> (16 * (k % 2)))));
}
/// A row of 64 numbers in registers.
__device__ __forceinline__ void load_row(float (&row)[width], const bfloat16* from) {
#pragma unroll
  for (int k = 0; k < width; ++k) row[k] = static_cast<float>(from[k]);
}

// ---- tensor cores

using operand_type = gpu::operand<bfloat16, 1>;
template <int Stages>
using sizes_of_ring = gpu::tile_sizes<operand_type, width, Stages>;

__device__ __forceinline__ gpu::operand_rows<operand_type> operands(const bfloat16* rows, int count) {
  return {const_cast<bfloat16*>(rows), nullptr, count};
}
/// The block's 64 rows, each warp's 16 in registers. Uses the beginning of the ring.
template <class Sizes>
__device__ __forceinline__ void load_left(gpu::left_rows<operand_type, Sizes>& left,
                                          const gpu::shared_array<bfloat16>& ring, const row_problem& p, int row0) {
  gpu::fetch_tile<Sizes, 64>(ring, 0, operands(p.a, p.n), row0);
  gpu::copy_async_commit();
  gpu::copy_async_wait<0>();
  __syncthreads();
  left.load(ring, gpu::warp_of_block() * 16);
  __syncthreads();
}
/// The row of half h (0: the upper eight, 1: the lower) of this lane's part of a block of products.
__device__ __forceinline__ int row_of_lane(int row0, int h) {
  return row0 + gpu::warp_of_block() * 16 + gpu::lane_of_warp() / 4 + 8 * h;
}
/// The four lanes of a row merge their sums, and one writes the logarithm.
__device__ __forceinline__ void write_log_sums(const row_problem& p, shifted_sum (&seen)[2], int row0) {
#pragma unroll
  for (int h = 0; h < 2; ++h) {
#pragma unroll
    for (int step = 1; step < 4; step *= 2) {
      shifted_sum other = gpu::shuffle_xor(seen[h], step);
      const bool later = (gpu::lane_of_warp() & step) != 0;
      if (later) {
        other.merge(seen[h]);
        seen[h] = other;
      } else {
        seen[h].merge(other);
      }
    }
    if (gpu::lane_of_warp() % 4 == 0 && row_of_lane(row0, h) < p.n)
      p.log_sums[row_of_lane(row0, h)] = seen[h].logarithm();
  }
}

/// sum (16 x 64) += weights (16 x 16, laid out as products) times rows n .. n + 15 of the tile at entry `at`: the
/// weights, rounded in pairs, lie in the registers as the left side of the next product wants them.
template <class Sizes>
__device__ __forceinline__ void add_weighted(float (&sum)[width / 8][4], const float (&w)[2][4],
                                             const gpu::shared_array<bfloat16>& ring, int at, int n) {
  const int lane = gpu::lane_of_warp();
  std::uint32_t left[4];
#pragma unroll
  for (int q = 0; q < 4; ++q) left[q] = gpu::packed_pair<bfloat16>(w[q / 2][q % 2 * 2], w[q / 2][q % 2 * 2 + 1]);
#pragma unroll
  for (int k = 0; k < width / 16; ++k) {
    std::uint32_t right[4];
    gpu::load_matrix_x4<true>(right, ring.address(at + gpu::tile_place<Sizes>(n + lane % 16, 2 * k + lane / 16)));
    gpu::mma_16x8x16<bfloat16>(sum[2 * k], left, right[0], right[1]);
    gpu::mma_16x8x16<bfloat16>(sum[2 * k + 1], left, right[2], right[3]);
  }
}
__device__ __forceinline__ void write_weighted(const row_problem& p, const float (&sum)[width / 8][4], int row0) {
#pragma unroll
  for (int k = 0; k < width / 8; ++k)
#pragma unroll
    for (int e = 0; e < 4; ++e) {
      const int i = row_of_lane(row0, e / 2);
      if (i < p.n) p.by_a[index_t{i} * width + k * 8 + 2 * (gpu::lane_of_warp() % 4) + e % 2] = sum[k][e];
    }
}

}  // namespace mixcon_lab
