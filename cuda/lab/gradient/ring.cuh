// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rung 6: a ring of two tiles: the next is on its way while one is used.

#include "../words.cuh"

namespace mixcon_lab {

// grid: n / 64;  block: 4 warps, 16 rows each
template <class Problem>
__global__ void __launch_bounds__(128) gradient_ring(Problem p) {
  using sizes = sizes_of_ring<2>;
  const gpu::shared_array<bfloat16> ring(0, sizes::ring_entries);
  const int row0 = static_cast<int>(blockIdx.x) * 64, tiles = sizes::tiles_of(p.m);
  gpu::left_rows<operand_type, sizes> left[1];
  load_left(left[0], ring, p, row0);
  float sum[width / 8][4] = {}, log_sum[2] = {};
#pragma unroll
  for (int h = 0; h < 2; ++h)
    if (row_of_lane(row0, h) < p.n) log_sum[h] = p.log_sums[row_of_lane(row0, h)];
  const auto fetch = [&](int tile) {
    if (tile < tiles)
      gpu::fetch_tile<sizes, sizes::columns>(ring, tile % sizes::stages * sizes::tile_entries, operands(p.c, p.m),
                                             tile * sizes::columns);
    gpu::copy_async_commit();
  };
  fetch(0);
  for (int tile = 0; tile < tiles; ++tile) {
    gpu::copy_async_wait<0>();
    __syncthreads();
    fetch(tile + 1);
    const int stage = tile % sizes::stages * sizes::tile_entries;
#pragma unroll 1
    for (int n = 0; n < sizes::columns; n += 16) {
      float product[1][2][4] = {};
      gpu::add_products<operand_type, sizes, 1>(product, left, ring, stage, n);
#pragma unroll
      for (int e = 0; e < 8; ++e) {
        float& x = product[0][e / 4][e % 4];
        const bool there = tile * sizes::columns + n + e / 4 * 8 + 2 * (gpu::lane_of_warp() % 4) + e % 2 < p.m;
        x = there ? gpu::exp2_fast(p.scale * x - log_sum[e % 4 / 2]) : 0.0F;
      }
      add_weighted<sizes>(sum, product[0], ring, stage, n);
    }
  }
  write_weighted(p, sum, row0);
}

inline gpu::status launch_gradient_ring(const row_problem& p, gpu::stream_handle on) {
  return gpu::launch<&gradient_ring<row_problem>>(gpu::blocks_of(p.n, 64), 128, sizes_of_ring<2>::shared_bytes, on, p);
}

}  // namespace mixcon_lab
