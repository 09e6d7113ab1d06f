// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rung 4: 128 rows per block, a thread each, with its row and its 64 outputs in registers; tiles of c in shared memory
// serve both the product and the sum.

#include "../words.cuh"

namespace mixcon_lab {

// grid: n / 128;  block: 128 threads, a row each
template <class Problem>
__global__ void __launch_bounds__(128) gradient_shared_tile(Problem p) {
  const gpu::shared_array<gpu::sixteen_bytes> tile(0, rows_of_tile * chunks_of_row);
  const index_t i = gpu::thread_of_grid();
  float mine[width] = {}, sum[width] = {};
  if (i < p.n) load_row(mine, p.a + i * width);
  const float log_sum = i < p.n ? p.log_sums[i] : 0.0F;
  for (int first = 0; first < p.m; first += rows_of_tile) {
    __syncthreads();
    load_tile(tile, p.c, first, p.m);
    __syncthreads();
    const int last = p.m - first < rows_of_tile ? p.m - first : rows_of_tile;
    for (int j = 0; j < last; ++j) {
      float dot = 0;
#pragma unroll
      for (int q = 0; q < chunks_of_row; ++q) {
        const gpu::sixteen_bytes chunk = tile.read(j * chunks_of_row + q);
#pragma unroll
        for (int k = 0; k < 8; ++k) dot += mine[8 * q + k] * number_of(chunk, k);
      }
      const float weight = gpu::exp2_fast(p.scale * dot - log_sum);
#pragma unroll
      for (int q = 0; q < chunks_of_row; ++q) {
        const gpu::sixteen_bytes chunk = tile.read(j * chunks_of_row + q);
#pragma unroll
        for (int k = 0; k < 8; ++k) sum[8 * q + k] += weight * number_of(chunk, k);
      }
    }
  }
  if (i >= p.n) return;
#pragma unroll
  for (int k = 0; k < width; ++k) p.by_a[i * width + k] = sum[k];
}

inline gpu::status launch_gradient_shared_tile(const row_problem& p, gpu::stream_handle on) {
  return gpu::launch<&gradient_shared_tile<row_problem>>(
      gpu::blocks_of(p.n, 128), 128, rows_of_tile * chunks_of_row * sizeof(gpu::sixteen_bytes), on, p);
}

}  // namespace mixcon_lab
