// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rung 1: a thread per row of a, which adds up its 64 outputs alone.

#include "../words.cuh"

namespace mixcon_lab {

// grid: n / 128;  block: 128 threads, a row each
template <class Problem>
__global__ void gradient_thread_per_row(Problem p) {
  const index_t i = gpu::thread_of_grid();
  if (i >= p.n) return;
  float sum[width] = {};
  for (int j = 0; j < p.m; ++j) {
    const bfloat16* row = p.c + index_t{j} * width;
    const float weight = gpu::exp2_fast(p.scale * dot_of_rows(p.a + i * width, row) - p.log_sums[i]);
#pragma unroll
    for (int k = 0; k < width; ++k) sum[k] += weight * static_cast<float>(row[k]);
  }
#pragma unroll
  for (int k = 0; k < width; ++k) p.by_a[i * width + k] = sum[k];
}

inline gpu::status launch_gradient_thread_per_row(const row_problem& p, gpu::stream_handle on) {
  return gpu::launch<&gradient_thread_per_row<row_problem>>(gpu::blocks_of(p.n, 128), 128, 0, on, p);
}

}  // namespace mixcon_lab
