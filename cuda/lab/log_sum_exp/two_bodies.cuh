// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rung 7: two loop bodies. Only the last tile asks whether a column is there; and where the logits have a bound that is
// known, it is subtracted in place of a running maximum, so that an entry takes a multiply-add, an exponential and an
// addition.

#include "../words.cuh"

namespace mixcon_lab {

// grid: n / 64;  block: 4 warps, 16 rows each.  Logits are at most p.bound, and no smaller than p.bound - 120 somewhere
// in each row
template <class Problem>
__global__ void __launch_bounds__(128) lse_two_bodies(Problem p) {
  using sizes = sizes_of_ring<3>;
  const gpu::shared_array<bfloat16> ring(0, sizes::ring_entries);
  const int row0 = static_cast<int>(blockIdx.x) * 64, tiles = sizes::tiles_of(p.m);
  gpu::left_rows<operand_type, sizes> left[1];
  load_left(left[0], ring, p, row0);
  const auto fetch = [&](int tile) {
    if (tile < tiles)
      gpu::fetch_tile<sizes, sizes::columns>(ring, tile % sizes::stages * sizes::tile_entries, operands(p.c, p.m),
                                             tile * sizes::columns);
    gpu::copy_async_commit();
  };
  fetch(0);
  fetch(1);
  float sum[2] = {};
  const auto add_strips = [&](int tile, auto is_edge) {
    const int stage = tile % sizes::stages * sizes::tile_entries;
#pragma unroll 1
    for (int n = 0; n < sizes::columns; n += 16) {
      float product[1][2][4] = {};
      gpu::add_products<operand_type, sizes, 1>(product, left, ring, stage, n);
#pragma unroll
      for (int e = 0; e < 4; ++e)
#pragma unroll
        for (int h = 0; h < 2; ++h)
          if (!decltype(is_edge)::value || tile * sizes::columns + n + gpu::column_of_strip(e) < p.m)
            sum[h] += gpu::exp2_fast(p.scale * product[0][e / 2][2 * h + e % 2] - p.bound);
    }
  };
  const int whole = p.m / sizes::columns;
  for (int tile = 0; tile < tiles; ++tile) {
    gpu::copy_async_wait<1>();
    __syncthreads();
    fetch(tile + 2);
    if (tile < whole)
      add_strips(tile, std::false_type{});
    else
      add_strips(tile, std::true_type{});
  }
  shifted_sum seen[2] = {{p.bound, sum[0]}, {p.bound, sum[1]}};
  write_log_sums(p, seen, row0);
}

inline gpu::status launch_lse_two_bodies(const row_problem& p, gpu::stream_handle on) {
  return gpu::launch<&lse_two_bodies<row_problem>>(gpu::blocks_of(p.n, 64), 128, sizes_of_ring<3>::shared_bytes, on, p);
}

}  // namespace mixcon_lab
