// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What the rungs that move sixteen bytes at a time share.

#include "../ladder.hpp"

namespace mixcon_lab {

constexpr int threads_of_blend = 128;

__device__ __forceinline__ gpu::sixteen_bytes mixed_of_four(const gpu::sixteen_bytes& mine,
                                                            const gpu::sixteen_bytes& other, float own) {
  gpu::sixteen_bytes mixed;
#pragma unroll
  for (int k = 0; k < 4; ++k)
    mixed.word[k] = __builtin_bit_cast(std::uint32_t, own * __builtin_bit_cast(float, mine.word[k]) +
                                                          (1.0F - own) * __builtin_bit_cast(float, other.word[k]));
  return mixed;
}

}  // namespace mixcon_lab
