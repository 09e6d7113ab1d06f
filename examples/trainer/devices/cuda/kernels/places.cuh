// SPDX-License-Identifier: BSD-3-Clause
// Kernels over tensors that are repeated along some axes, or summed along them.
#pragma once

#include "devices/cuda/kernels/each.cuh"
#include "devices/tensor.hpp"

namespace mixcon_train {
inline namespace devices {
namespace gpu_kernels {

/// Where the numbers of a tensor with the extents `all` lie in others, which have extent 1 along some of its axes.
struct repeated_places {
  index_t extent[4], step_a[4], step_b[4];

  repeated_places(const shape& all, const shape& a, const shape& b) {
    index_t size_a = 1, size_b = 1;
    for (int axis = 3; axis >= 0; --axis) {
      const int at = axis - (4 - all.rank());
      extent[axis] = at < 0 ? 1 : all[at];
      step_a[axis] = at < 0 || a[at] == 1 ? 0 : size_a;
      step_b[axis] = at < 0 || b[at] == 1 ? 0 : size_b;
      if (at >= 0) size_a *= a[at], size_b *= b[at];
    }
  }
  MIXCON_HD void find(index_t k, index_t& a, index_t& b) const {
    a = b = 0;
    for (int axis = 3; axis >= 0; --axis) {
      const index_t along = k % extent[axis];
      k /= extent[axis];
      a += along * step_a[axis], b += along * step_b[axis];
    }
  }
};

template <class F, class T>
__global__ void each_pair(index_t count, repeated_places places, T* to, F f, const T* a, const T* b) {
  for (index_t k = mixcon::gpu::thread_of_grid(); k < count; k += threads_of_grid()) {
    index_t i, j;
    places.find(k, i, j);
    to[k] = f(a[i], b[j]);
  }
}
template <class T>
__global__ void repeat(index_t count, repeated_places places, T* to, const T* from) {
  for (index_t k = mixcon::gpu::thread_of_grid(); k < count; k += threads_of_grid()) {
    index_t i, j;
    places.find(k, i, j);
    to[k] = from[i];
  }
}

/// Where the numbers of a tensor lie that are summed to one: axes that are kept, and axes that are summed.
struct summed_places {
  index_t kept[4], summed[4], step[4];  // extents, 1 where an axis is of the other sort
  index_t count = 1;                    // of the numbers of a sum

  summed_places(const shape& from, const shape& to) {
    index_t size = 1;
    for (int axis = 3; axis >= 0; --axis) {
      const int at = axis - (4 - from.rank());
      const index_t extent = at < 0 ? 1 : from[at];
      const bool is_kept = at < 0 || to[at] == extent;
      kept[axis] = is_kept ? extent : 1, summed[axis] = is_kept ? 1 : extent, step[axis] = size;
      size *= extent;
      if (!is_kept) count *= extent;
    }
  }
  MIXCON_HD index_t place(index_t k, const index_t (&extents)[4]) const {
    index_t at = 0;
    for (int axis = 3; axis >= 0; --axis) {
      at += k % extents[axis] * step[axis];
      k /= extents[axis];
    }
    return at;
  }
};

struct added {
  MIXCON_HD void operator()(double& sum, double x) const { sum += x; }
};
/// One block for each sum, in double, in a fixed tree.
template <class T>
__global__ void sum_places(summed_places places, const T* from, T* to) {
  const index_t out = static_cast<index_t>(blockIdx.x), first = places.place(out, places.kept);
  double sum = 0;
  for (index_t k = static_cast<index_t>(threadIdx.x); k < places.count; k += static_cast<index_t>(blockDim.x))
    sum += static_cast<double>(from[first + places.place(k, places.summed)]);
  sum = mixcon::gpu::merged_by_block(sum, 0, added{});
  if (threadIdx.x == 0) to[out] = static_cast<T>(sum);
}

}  // namespace gpu_kernels
}  // namespace devices
}  // namespace mixcon_train
