// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rung 2: a warp per row of a. Each lane weighs one of 32 rows of c; then all lanes add these rows, two columns each,
// so that a row of c is read as one piece.

#include "../ladder.hpp"

namespace mixcon_lab {

// grid: n / 4;  block: 4 warps, a row each
template <class Problem>
__global__ void gradient_warp_per_row(Problem p) {
  const index_t i = gpu::warp_of_grid();
  if (i >= p.n) return;
  const int lane = gpu::lane_of_warp();
  float sum[2] = {};
  for (int first = 0; first < p.m; first += gpu::warp_size) {
    float weight = 0;
    if (first + lane < p.m) {
      const float dot = dot_of_rows(p.a + i * width, p.c + index_t{first + lane} * width);
      weight = gpu::exp2_fast(p.scale * dot - p.log_sums[i]);
    }
    const int last = p.m - first < gpu::warp_size ? p.m - first : gpu::warp_size;
    for (int j = 0; j < last; ++j) {
      const float of_j = gpu::shuffle(weight, j);
      const bfloat16* row = p.c + index_t{first + j} * width;
      for (int k = 0; k < 2; ++k) sum[k] += of_j * static_cast<float>(row[lane + k * gpu::warp_size]);
    }
  }
  for (int k = 0; k < 2; ++k) p.by_a[i * width + lane + k * gpu::warp_size] = sum[k];
}

inline gpu::status launch_gradient_warp_per_row(const row_problem& p, gpu::stream_handle on) {
  return gpu::launch<&gradient_warp_per_row<row_problem>>(gpu::blocks_of(p.n, gpu::rows_of_block),
                                                          static_cast<unsigned>(gpu::threads_of_block), 0, on, p);
}

}  // namespace mixcon_lab
