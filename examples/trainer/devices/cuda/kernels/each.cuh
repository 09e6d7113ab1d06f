// SPDX-License-Identifier: BSD-3-Clause
// Kernels that compute each number on its own, and the functions of numbers that they are called with.
#pragma once

#include "devices/elementwise.hpp"

#include <mixcon/core/config.hpp>
#include <mixcon/gpu/warp.cuh>

#include <cmath>

namespace mixcon_train {
inline namespace devices {
namespace gpu_kernels {

using mixcon::index_t;

/// How far it is to this thread's next number.
__device__ __forceinline__ index_t threads_of_grid() {
  return static_cast<index_t>(gridDim.x) * static_cast<index_t>(blockDim.x);
}

/// to[k] = f(from[k]...).
template <class F, class T, class... From>
__global__ void each_number(index_t count, T* to, F f, From... from) {
  for (index_t k = mixcon::gpu::thread_of_grid(); k < count; k += threads_of_grid()) to[k] = f(from[k]...);
}

template <class T>
__global__ void fill(index_t count, T* to, T value) {
  for (index_t k = mixcon::gpu::thread_of_grid(); k < count; k += threads_of_grid()) to[k] = value;
}

template <class T>
struct affine_of {
  T factor, offset;
  MIXCON_HD T operator()(T x) const { return factor * x + offset; }
};
template <class T>
struct rectified {
  MIXCON_HD T operator()(T x) const { return x < 0 ? T(0) : x; }
};
template <class T>
struct rectified_sum {
  MIXCON_HD T operator()(T x, T y) const { return x + y < 0 ? T(0) : x + y; }
};
/// Upstream where the rectified number is above 0.
template <class T>
struct where_above_0 {
  MIXCON_HD T operator()(T g, T y) const { return y > 0 ? g : T(0); }
};
template <class T>
struct moved_by {
  T share;
  MIXCON_HD T operator()(T from, T to) const { return from + share * (to - from); }
};

template <unary F, class T>
struct function_of {
  MIXCON_HD T operator()(T x) const {
    if constexpr (F == unary::absolute) return std::abs(x);
    if constexpr (F == unary::square) return x * x;
    if constexpr (F == unary::sigmoid) {  // of -|x|, whose exponential cannot overflow
      const T small = std::exp(x < 0 ? x : -x);
      return (x < 0 ? small : T(1)) / (1 + small);
    }
    if constexpr (F == unary::elu) return x > 0 ? x : std::expm1(x);
    if constexpr (F == unary::exponential) return std::exp(x);
    if constexpr (F == unary::logarithm) return std::log(x);
  }
};
/// Upstream times the slope, given x and its value y.
template <unary F, class T>
struct through_function {
  MIXCON_HD T operator()(T g, [[maybe_unused]] T x, [[maybe_unused]] T y) const {
    if constexpr (F == unary::absolute) return x > 0 ? g : x < 0 ? -g : 0 * g;
    if constexpr (F == unary::square) return 2 * x * g;
    if constexpr (F == unary::sigmoid) return g * y * (1 - y);
    if constexpr (F == unary::elu) return y > 0 ? g : g * (y + 1);
    if constexpr (F == unary::exponential) return g * y;
    if constexpr (F == unary::logarithm) return g / x;
  }
};
template <binary F, class T>
struct function_of_two {
  MIXCON_HD T operator()(T x, T y) const {
    if constexpr (F == binary::sum) return x + y;
    if constexpr (F == binary::difference) return x - y;
    if constexpr (F == binary::product) return x * y;
  }
};

/// A step of descent, by the rule's numbers as T; `decay` times `share` already.
template <class T>
struct descent_numbers {
  T rate, momentum, decay, share;
  bool nesterov;
};
template <class T>
__global__ void descend(index_t count, descent_numbers<T> by, const T* w, const T* g, const T* v, T* w_out, T* v_out) {
  for (index_t k = mixcon::gpu::thread_of_grid(); k < count; k += threads_of_grid()) {
    const T pull = by.share * g[k] + by.decay * w[k], velocity = by.momentum * v[k] + pull;
    v_out[k] = velocity;
    w_out[k] = w[k] - by.rate * (by.nesterov ? pull + by.momentum * velocity : velocity);
  }
}

/// A step of AdamW; `of_mean` and `of_square` correct both means for their beginning.
template <class T>
struct adam_numbers {
  T rate, first, second, epsilon, decay, of_mean, of_square;
};
template <class T>
struct adam_arrays {
  const T *w, *g, *m, *s;
  T *w_out, *m_out, *s_out;
};
template <class T>
__global__ void adapt(index_t count, adam_numbers<T> by, adam_arrays<T> of) {
  for (index_t k = mixcon::gpu::thread_of_grid(); k < count; k += threads_of_grid()) {
    const T mean = by.first * of.m[k] + (1 - by.first) * of.g[k];
    const T square = by.second * of.s[k] + (1 - by.second) * of.g[k] * of.g[k];
    of.m_out[k] = mean, of.s_out[k] = square;
    of.w_out[k] =
        of.w[k] - by.rate * (by.of_mean * mean / (std::sqrt(by.of_square * square) + by.epsilon) + by.decay * of.w[k]);
  }
}

}  // namespace gpu_kernels
}  // namespace devices
}  // namespace mixcon_train
