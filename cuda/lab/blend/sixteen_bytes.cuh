// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rung 3: sixteen bytes per thread, blocks along the sample, so that a warp moves 512 bytes by one instruction and any
// number of samples fills the card. Needs samples of a multiple of four numbers.

#include "four_numbers.cuh"

namespace mixcon_lab {

// grid: size / 512 x n;  block: 128 threads, four numbers each
template <class Problem>
__global__ void blend_sixteen_bytes(Problem p) {
  const auto i = static_cast<index_t>(blockIdx.y);
  const index_t k = 4 * gpu::thread_of_grid();
  if (k >= p.size) return;
  const gpu::sixteen_bytes mine = gpu::load_16(p.x + i * p.size + k);
  const gpu::sixteen_bytes other = gpu::load_16(p.x + index_t{p.partner[i]} * p.size + k);
  gpu::store_16(p.mixed + i * p.size + k, mixed_of_four(mine, other, p.lambda[i]));
}

inline gpu::status launch_blend_sixteen_bytes(const blend_problem& p, gpu::stream_handle on) {
  return gpu::launch<&blend_sixteen_bytes<blend_problem>>(
      dim3(gpu::blocks_of(p.size, 4 * threads_of_blend), static_cast<unsigned>(p.n)), threads_of_blend, 0, on, p);
}

}  // namespace mixcon_lab
