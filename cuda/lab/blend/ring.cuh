// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rung 4: a block per sample, whose pieces of 2048 bytes pass through a ring of four in shared memory: three are on
// their way while one is mixed. A thread uses only what it copied itself, so no barrier is needed.

#include "four_numbers.cuh"

namespace mixcon_lab {

// grid: n;  block: 128 threads
template <class Problem>
__global__ void blend_ring(Problem p) {
  constexpr int stages = 4, piece = 4 * threads_of_blend, mine = static_cast<int>(sizeof(gpu::sixteen_bytes)) / 4;
  const gpu::shared_array<float> ring(0, stages * 2 * piece);
  const auto i = static_cast<index_t>(blockIdx.x);
  const float own = p.lambda[i];
  const int first = mine * static_cast<int>(threadIdx.x), pieces = (p.size + piece - 1) / piece;
  const float* from[2] = {p.x + i * p.size, p.x + index_t{p.partner[i]} * p.size};
  const auto fetch = [&](int at) {
    if (at * piece + first < p.size)
#pragma unroll
      for (int side = 0; side < 2; ++side)
        gpu::copy_async<16>(ring.address((at % stages * 2 + side) * piece + first), from[side] + at * piece + first,
                            true);
    gpu::copy_async_commit();
  };
#pragma unroll
  for (int s = 0; s < stages - 1; ++s) fetch(s);
  for (int at = 0; at < pieces; ++at) {
    gpu::copy_async_wait<stages - 2>();
    fetch(at + stages - 1);
    if (at * piece + first >= p.size) continue;
    gpu::sixteen_bytes both[2];
#pragma unroll
    for (int side = 0; side < 2; ++side)
#pragma unroll
      for (int k = 0; k < 4; ++k)
        both[side].word[k] = __builtin_bit_cast(std::uint32_t, ring.read((at % stages * 2 + side) * piece + first + k));
    gpu::store_16(p.mixed + i * p.size + at * piece + first, mixed_of_four(both[0], both[1], own));
  }
}

inline gpu::status launch_blend_ring(const blend_problem& p, gpu::stream_handle on) {
  return gpu::launch<&blend_ring<blend_problem>>(static_cast<unsigned>(p.n), threads_of_blend,
                                                 std::size_t{4} * 2 * 4 * threads_of_blend * sizeof(float), on, p);
}

}  // namespace mixcon_lab
