// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rung 5: two bodies: sixteen bytes at a time where the addresses of a sample, its partner and the result allow it, and
// one number at a time where they do not. For samples of any size; the branch is the same for a whole block.

#include "four_numbers.cuh"

namespace mixcon_lab {

// grid: size / 512 x n;  block: 128 threads, four numbers each
template <class Problem>
__global__ void blend_two_bodies(Problem p) {
  const auto i = static_cast<index_t>(blockIdx.y);
  const index_t k = 4 * gpu::thread_of_grid();
  const float own = p.lambda[i];
  const float *mine = p.x + i * p.size, *other = p.x + index_t{p.partner[i]} * p.size;
  float* const mixed = p.mixed + i * p.size;
  const auto bits = reinterpret_cast<std::uintptr_t>(mine) | reinterpret_cast<std::uintptr_t>(other) |
                    reinterpret_cast<std::uintptr_t>(mixed);
  if (bits % 16 == 0 && k + 4 <= p.size) {
    gpu::store_16(mixed + k, mixed_of_four(gpu::load_16(mine + k), gpu::load_16(other + k), own));
    return;
  }
  for (index_t at = k; at < k + 4 && at < p.size; ++at) mixed[at] = own * mine[at] + (1.0F - own) * other[at];
}

inline gpu::status launch_blend_two_bodies(const blend_problem& p, gpu::stream_handle on) {
  return gpu::launch<&blend_two_bodies<blend_problem>>(
      dim3(gpu::blocks_of(p.size, 4 * threads_of_blend), static_cast<unsigned>(p.n)), threads_of_blend, 0, on, p);
}

}  // namespace mixcon_lab
