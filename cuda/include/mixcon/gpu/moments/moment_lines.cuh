// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Sums of exponentials in base 2: their exponents as lines in the similarity, their shifts, and how partial sums of
// different shifts are added.

#include <mixcon/gpu/moments/biases.cuh>
#include <mixcon/gpu/moments/mixed_rule.cuh>

namespace mixcon::gpu {

/// f(x) log2(e) = similarity * times + bias * by + plus, for each sum of exponentials.
template <int K>
struct moment_lines {
  float times[static_cast<unsigned>(K)]{}, plus[static_cast<unsigned>(K)]{}, by[static_cast<unsigned>(K)]{};

  /// How large f(x) log2(e) can be, without `plus`.
  MIXCON_HD float size(int k, const moment_limit& limit) const {
    const float of_bias = (by[k] < 0.0F ? -by[k] : by[k]) * limit.bias;
    return (times[k] < 0.0F ? -times[k] : times[k]) * limit.bound + of_bias;
  }
};
/// Which shift a sum's exponentials have.
enum class moment_shift {
  fixed,    // what `bound` allows: no maximum is kept
  running,  // the largest so far, kept by each lane
};
/// Whether a fixed shift loses nothing: the smallest exponential that can be is above 2^-120.
template <int K>
MIXCON_HD bool allows_fixed_shift(const moment_lines<K>& lines, const moment_limit& limit) {
  bool fits = limit.odd == 0;
  for (int k = 0; k < K; ++k) {
    fits = fits && lines.size(k, limit) <= 60.0F;
  }
  return fits;
}

/// What a split of the columns comes to for a row: sums in units of 2^shift, which is without `plus`.
template <int K>
struct moment_part {
  float shift[static_cast<unsigned>(K)], negative[static_cast<unsigned>(K)], positive[static_cast<unsigned>(K)];
};
/// Adds `other` to `to`, whichever shift is larger. Exchanging them leaves the bits as they are.
template <int K>
__device__ __forceinline__ void add_moments(moment_part<K>& to, const moment_part<K>& other) {
#pragma unroll
  for (int k = 0; k < K; ++k) {
    const float top = to.shift[k] > other.shift[k] ? to.shift[k] : other.shift[k];
    const float mine = to.shift[k] == top ? 1.0F : exp2_fast(to.shift[k] - top);
    const float its = other.shift[k] == top ? 1.0F : exp2_fast(other.shift[k] - top);
    to.negative[k] = to.negative[k] * mine + other.negative[k] * its;
    to.positive[k] = to.positive[k] * mine + other.positive[k] * its;
    to.shift[k] = top;
  }
}

}  // namespace mixcon::gpu
