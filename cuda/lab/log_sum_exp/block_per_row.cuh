// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rung 3: a block of 128 threads per row of a, a thread per row of c, and CUB's BlockReduce. More threads per row help
// where there are few rows; the bytes are those of rung 2.

#include "../block_reduce.cuh"

namespace mixcon_lab {

// grid: n;  block: 128 threads of one row
template <class Problem>
__global__ void lse_block_per_row(Problem p) {
  const auto i = static_cast<index_t>(blockIdx.x);
  shifted_sum seen;
  for (int j = static_cast<int>(threadIdx.x); j < p.m; j += threads_of_reduce)
    seen.add(p.scale * dot_of_rows(p.a + i * width, p.c + index_t{j} * width));
  seen = reduced_by_block(seen, merge_sums{});
  if (threadIdx.x == 0) p.log_sums[i] = seen.logarithm();
}

inline gpu::status launch_lse_block_per_row(const row_problem& p, gpu::stream_handle on) {
  return gpu::launch<&lse_block_per_row<row_problem>>(static_cast<unsigned>(p.n), threads_of_reduce,
                                                      bytes_of_reduce<shifted_sum>, on, p);
}

}  // namespace mixcon_lab
