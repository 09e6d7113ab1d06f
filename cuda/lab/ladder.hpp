// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What the rungs of the ladders share: sizes, the signature of a rung, what is counted for each.

#include <mixcon/gpu/launch.cuh>
#include <mixcon/gpu/warp.cuh>

namespace mixcon_lab {

using mixcon::bfloat16;
using mixcon::index_t;
namespace gpu = mixcon::gpu;

/// Rows of the ladders of products have this width; the logit of a pair is their product times `scale`, base 2.
constexpr int width = 64;

/// n rows of a, m rows of c (bfloat16, 16-byte aligned); the logarithm, to base 2, of each row's sum. Gradients:
/// by_a (n, 64) = sum_j 2^(scale a_i . c_j - log_sums_i) c_j, the weighted mean of c.
struct row_problem {
  const bfloat16 *a = nullptr, *c = nullptr;
  int n = 0, m = 0;
  float scale = 1;            // log2(e) / temperature
  float bound = 0;            // no logit is larger; what rungs with a fixed shift subtract
  float* log_sums = nullptr;  // (n): written by the first ladder, read by the second
  float* by_a = nullptr;      // (n, 64): written by the second
};

/// n samples of `size` floats: mixed_i = lambda_i x_i + (1 - lambda_i) x_partner(i).
struct blend_problem {
  const float* x = nullptr;
  const int* partner = nullptr;
  const float* lambda = nullptr;
  float* mixed = nullptr;
  int n = 0, size = 0;
};

/// One way to compute a ladder's function, in one launch.
template <class Problem>
struct rung {
  const char* name = nullptr;
  gpu::status (*launch)(const Problem& p, gpu::stream_handle on) = nullptr;
  int rows_per_read = 1;  // how many rows of a (or samples) share one read of a row of c
};

/// The product of two rows, by one thread.
__device__ __forceinline__ float dot_of_rows(const bfloat16* a, const bfloat16* c) {
  float sum = 0;
  for (int k = 0; k < width; ++k) sum += static_cast<float>(a[k]) * static_cast<float>(c[k]);
  return sum;
}

/// A maximum, and a sum of powers of two relative to it.
struct shifted_sum {
  float top = -__builtin_inff(), sum = 0;
  __device__ __forceinline__ void add(float x) {
    if (x > top) {
      sum *= gpu::exp2_fast(top - x);
      top = x;
    }
    sum += gpu::exp2_fast(x - top);
  }
  __device__ __forceinline__ void merge(const shifted_sum& other) {
    if (other.sum == 0.0F) return;
    if (other.top > top) {
      sum = sum * gpu::exp2_fast(top - other.top) + other.sum;
      top = other.top;
    } else {
      sum += other.sum * gpu::exp2_fast(other.top - top);
    }
  }
  __device__ __forceinline__ float logarithm() const { return top + gpu::log2_fast(sum); }
};

}  // namespace mixcon_lab
