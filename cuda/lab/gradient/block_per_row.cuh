// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rung 3: a block of 128 threads per row of a; each adds up 64 outputs over its own rows of c, and CUB's BlockReduce
// merges them at the end, eight at a time.

#include "../block_reduce.cuh"

namespace mixcon_lab {

/// Eight neighbouring outputs.
struct eight_sums {
  float x[8];
};
struct add_eight {
  __device__ __forceinline__ eight_sums operator()(const eight_sums& a, const eight_sums& b) const {
    eight_sums both;
#pragma unroll
    for (int k = 0; k < 8; ++k) both.x[k] = a.x[k] + b.x[k];
    return both;
  }
};

// grid: n;  block: 128 threads of one row
template <class Problem>
__global__ void gradient_block_per_row(Problem p) {
  const auto i = static_cast<index_t>(blockIdx.x);
  eight_sums sum[width / 8] = {};
  for (int j = static_cast<int>(threadIdx.x); j < p.m; j += threads_of_reduce) {
    const bfloat16* row = p.c + index_t{j} * width;
    const float weight = gpu::exp2_fast(p.scale * dot_of_rows(p.a + i * width, row) - p.log_sums[i]);
#pragma unroll
    for (int k = 0; k < width; ++k) sum[k / 8].x[k % 8] += weight * static_cast<float>(row[k]);
  }
#pragma unroll
  for (int q = 0; q < width / 8; ++q) {
    const eight_sums all = reduced_by_block(sum[q], add_eight{});
    if (threadIdx.x == 0)
      for (int k = 0; k < 8; ++k) p.by_a[i * width + 8 * q + k] = all.x[k];
    __syncthreads();
  }
}

inline gpu::status launch_gradient_block_per_row(const row_problem& p, gpu::stream_handle on) {
  return gpu::launch<&gradient_block_per_row<row_problem>>(static_cast<unsigned>(p.n), threads_of_reduce,
                                                           bytes_of_reduce<eight_sums>, on, p);
}

}  // namespace mixcon_lab
