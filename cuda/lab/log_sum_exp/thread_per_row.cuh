// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rung 1: a thread per row of a. Neighbouring threads read the same row of c, and rows of a 128 bytes apart.

#include "../ladder.hpp"

namespace mixcon_lab {

// grid: n / 128;  block: 128 threads, a row each
template <class Problem>
__global__ void lse_thread_per_row(Problem p) {
  const index_t i = gpu::thread_of_grid();
  if (i >= p.n) return;
  shifted_sum seen;
  for (int j = 0; j < p.m; ++j) seen.add(p.scale * dot_of_rows(p.a + i * width, p.c + index_t{j} * width));
  p.log_sums[i] = seen.logarithm();
}

inline gpu::status launch_lse_thread_per_row(const row_problem& p, gpu::stream_handle on) {
  return gpu::launch<&lse_thread_per_row<row_problem>>(gpu::blocks_of(p.n, 128), 128, 0, on, p);
}

}  // namespace mixcon_lab
