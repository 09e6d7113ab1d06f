// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rung 1: a thread per sample. Neighbouring threads touch addresses a sample apart, so each access of a warp takes 32
// pieces of memory.

#include "../ladder.hpp"

namespace mixcon_lab {

// grid: n / 128;  block: 128 threads, a sample each
template <class Problem>
__global__ void blend_thread_per_sample(Problem p) {
  const index_t i = gpu::thread_of_grid();
  if (i >= p.n) return;
  const float own = p.lambda[i], rest = 1.0F - own;
  const float *mine = p.x + i * p.size, *other = p.x + index_t{p.partner[i]} * p.size;
  for (int k = 0; k < p.size; ++k) p.mixed[i * p.size + k] = own * mine[k] + rest * other[k];
}

inline gpu::status launch_blend_thread_per_sample(const blend_problem& p, gpu::stream_handle on) {
  return gpu::launch<&blend_thread_per_sample<blend_problem>>(gpu::blocks_of(p.n, 128), 128, 0, on, p);
}

}  // namespace mixcon_lab
