// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rung 5: products on tensor cores, 16 rows per warp. A tile is copied, waited for and used, one after the other.

#include "../words.cuh"

namespace mixcon_lab {

// grid: n / 64;  block: 4 warps, 16 rows each
template <class Problem>
__global__ void __launch_bounds__(128) lse_matrix_units(Problem p) {
  using sizes = sizes_of_ring<1>;
  const gpu::shared_array<bfloat16> ring(0, sizes::ring_entries);
  const int row0 = static_cast<int>(blockIdx.x) * 64;
  gpu::left_rows<operand_type, sizes> left[1];
  load_left(left[0], ring, p, row0);
  shifted_sum seen[2];
  for (int tile = 0; tile < sizes::tiles_of(p.m); ++tile) {
    __syncthreads();
    gpu::fetch_tile<sizes, sizes::columns>(ring, 0, operands(p.c, p.m), tile * sizes::columns);
    gpu::copy_async_commit();
    gpu::copy_async_wait<0>();
    __syncthreads();
#pragma unroll 1
    for (int n = 0; n < sizes::columns; n += 16) {
      float product[1][2][4] = {};
      gpu::add_products<operand_type, sizes, 1>(product, left, ring, 0, n);
#pragma unroll
      for (int e = 0; e < 4; ++e)
#pragma unroll
        for (int h = 0; h < 2; ++h)
          if (tile * sizes::columns + n + gpu::column_of_strip(e) < p.m)
            seen[h].add(p.scale * product[0][e / 2][2 * h + e % 2]);
    }
  }
  write_log_sums(p, seen, row0);
}

inline gpu::status launch_lse_matrix_units(const row_problem& p, gpu::stream_handle on) {
  return gpu::launch<&lse_matrix_units<row_problem>>(gpu::blocks_of(p.n, 64), 128, sizes_of_ring<1>::shared_bytes, on,
                                                     p);
}

}  // namespace mixcon_lab
