// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rung 2: a warp per row of a, a lane per row of c. 32 lanes share a row of a, and their sums meet once.

#include "../ladder.hpp"

namespace mixcon_lab {

// grid: n / 4;  block: 4 warps, a row each
template <class Problem>
__global__ void lse_warp_per_row(Problem p) {
  const index_t i = gpu::warp_of_grid();
  if (i >= p.n) return;
  shifted_sum seen;
  for (int j = gpu::lane_of_warp(); j < p.m; j += gpu::warp_size)
    seen.add(p.scale * dot_of_rows(p.a + i * width, p.c + index_t{j} * width));
  seen = gpu::merged_by_warp(seen, [](shifted_sum& one, const shifted_sum& other) { one.merge(other); });
  if (gpu::lane_of_warp() == 0) p.log_sums[i] = seen.logarithm();
}

inline gpu::status launch_lse_warp_per_row(const row_problem& p, gpu::stream_handle on) {
  return gpu::launch<&lse_warp_per_row<row_problem>>(gpu::blocks_of(p.n, gpu::rows_of_block),
                                                     static_cast<unsigned>(gpu::threads_of_block), 0, on, p);
}

}  // namespace mixcon_lab
