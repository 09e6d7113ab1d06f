// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rung 2: a warp per sample: 32 neighbouring numbers are one piece of memory.

#include "../ladder.hpp"

namespace mixcon_lab {

// grid: n / 4;  block: 4 warps, a sample each
template <class Problem>
__global__ void blend_warp_per_sample(Problem p) {
  const index_t i = gpu::warp_of_grid();
  if (i >= p.n) return;
  const float own = p.lambda[i], rest = 1.0F - own;
  const float *mine = p.x + i * p.size, *other = p.x + index_t{p.partner[i]} * p.size;
  for (int k = gpu::lane_of_warp(); k < p.size; k += gpu::warp_size)
    p.mixed[i * p.size + k] = own * mine[k] + rest * other[k];
}

inline gpu::status launch_blend_warp_per_sample(const blend_problem& p, gpu::stream_handle on) {
  return gpu::launch<&blend_warp_per_sample<blend_problem>>(gpu::blocks_of(p.n, gpu::rows_of_block),
                                                            static_cast<unsigned>(gpu::threads_of_block), 0, on, p);
}

}  // namespace mixcon_lab
