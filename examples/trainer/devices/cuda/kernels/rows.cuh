// SPDX-License-Identifier: BSD-3-Clause
// Kernels that move rows and parts of tensors, or look at a line of numbers at once.
#pragma once

#include "devices/cuda/kernels/each.cuh"
#include "devices/tensor.hpp"

namespace mixcon_train {
inline namespace devices {
namespace gpu_kernels {

/// How a tensor is cut along an axis: pieces, each of `extent` entries of `inner` numbers.
struct cut {
  index_t extent, inner = 1;
  cut(const shape& extents, int axis) : extent(extents[axis]) {
    for (int k = axis + 1; k < extents.rank(); ++k) inner *= extents[k];
  }
};

/// Entries of an axis of `from`, from entry `first` of it on, to entry `at` of an axis of `to`; 0 where `from` has
/// none.
template <class T>
__global__ void move_entries(index_t count, cut of_to, cut of_from, index_t at, index_t first, T* to, const T* from) {
  for (index_t k = mixcon::gpu::thread_of_grid(); k < count; k += threads_of_grid()) {
    const index_t inner = k % of_to.inner, entry = k / of_to.inner % of_to.extent - at + first,
                  piece = k / of_to.inner / of_to.extent;
    const bool is_there = entry >= 0 && entry < of_from.extent;
    to[k] = is_there ? from[(piece * of_from.extent + entry) * of_from.inner + inner] : T(0);
  }
}
template <class T>
__global__ void join(index_t count, cut of_a, cut of_b, T* to, const T* a, const T* b) {
  const index_t extent = of_a.extent + of_b.extent;
  for (index_t k = mixcon::gpu::thread_of_grid(); k < count; k += threads_of_grid()) {
    const index_t inner = k % of_a.inner, entry = k / of_a.inner % extent, piece = k / of_a.inner / extent;
    to[k] = entry < of_a.extent ? a[(piece * of_a.extent + entry) * of_a.inner + inner]
                                : b[(piece * of_b.extent + entry - of_a.extent) * of_b.inner + inner];
  }
}

template <class T>
__global__ void gather(index_t count, index_t width, const index_t* rows, T* to, const T* from) {
  for (index_t k = mixcon::gpu::thread_of_grid(); k < count; k += threads_of_grid()) {
    const index_t row = rows[k / width];
    to[k] = row < 0 ? T(0) : from[row * width + k % width];
  }
}
/// Row i as row rows[i], which no other one becomes.
template <class T>
__global__ void put_rows(index_t count, index_t width, const index_t* rows, T* to, const T* from) {
  for (index_t k = mixcon::gpu::thread_of_grid(); k < count; k += threads_of_grid())
    to[rows[k / width] * width + k % width] = from[k];
}
/// The rows that are added to row r are sources[begins[r]], ..., sources[begins[r + 1] - 1], in this order.
template <class T>
__global__ void scatter(index_t count, index_t width, const index_t* begins, const index_t* sources, T* to,
                        const T* from) {
  for (index_t k = mixcon::gpu::thread_of_grid(); k < count; k += threads_of_grid()) {
    const index_t row = k / width;
    T sum = 0;
    for (index_t s = begins[row]; s < begins[row + 1]; ++s) sum += from[sources[s] * width + k % width];
    to[k] = sum;
  }
}
/// Matrices (rows, columns), one behind the other, of which `to` has the transposes.
template <class T>
__global__ void transpose(index_t count, index_t rows, index_t columns, T* to, const T* from) {
  for (index_t k = mixcon::gpu::thread_of_grid(); k < count; k += threads_of_grid()) {
    const index_t row = k % rows, column = k / rows % columns, matrix = k / rows / columns;
    to[k] = from[(matrix * rows + row) * columns + column];
  }
}

/// The largest of `pieces` neighbouring channels of `places` numbers each.
template <class T>
__device__ __forceinline__ index_t first_largest(const T* from, index_t first, index_t pieces, index_t places) {
  index_t best = first;
  for (index_t piece = 1; piece < pieces; ++piece)
    if (from[first + piece * places] > from[best]) best = first + piece * places;
  return best;
}
template <class T>
__global__ void group_maximum(index_t count, index_t pieces, index_t places, T* to, const T* from) {
  for (index_t k = mixcon::gpu::thread_of_grid(); k < count; k += threads_of_grid())
    to[k] = from[first_largest(from, k / places * pieces * places + k % places, pieces, places)];
}
template <class T>
__global__ void group_maximum_gradient(index_t count, index_t pieces, index_t places, T* to, const T* g,
                                       const T* from) {
  for (index_t k = mixcon::gpu::thread_of_grid(); k < count; k += threads_of_grid()) {
    const index_t first = k / places * pieces * places + k % places, best = first_largest(from, first, pieces, places);
    for (index_t at = first; at < first + pieces * places; at += places) to[at] = at == best ? g[k] : T(0);
  }
}

/// A warp's line of numbers: they lie at first, first + step, ...
struct line {
  index_t first, step;
};
__device__ __forceinline__ line line_of(index_t number, index_t length, index_t step) {
  return {number / step * step * length + number % step, step};
}
template <class T>
__device__ __forceinline__ T largest_of_warp(T x) {
  for (int bits = mixcon::gpu::warp_size / 2; bits > 0; bits /= 2) {
    const T other = mixcon::gpu::shuffle_xor(x, bits);
    x = other > x ? other : x;
  }
  return x;
}
template <class T>
__global__ void softmax(index_t lines, index_t length, index_t step, bool is_log, T* to, const T* from) {
  const index_t number = mixcon::gpu::warp_of_grid();
  if (number >= lines) return;
  const line at = line_of(number, length, step);
  const int lane = mixcon::gpu::lane_of_warp();
  T top = from[at.first], sum = 0;
  for (index_t k = lane; k < length; k += mixcon::gpu::warp_size) {
    const T x = from[at.first + k * at.step];
    top = x > top ? x : top;
  }
  top = largest_of_warp(top);
  for (index_t k = lane; k < length; k += mixcon::gpu::warp_size) sum += std::exp(from[at.first + k * at.step] - top);
  sum = mixcon::gpu::sum_of_warp(sum);
  for (index_t k = lane; k < length; k += mixcon::gpu::warp_size) {
    const T x = from[at.first + k * at.step] - top;
    to[at.first + k * at.step] = is_log ? x - std::log(sum) : std::exp(x) / sum;
  }
}
template <class T>
__global__ void softmax_gradient(index_t lines, index_t length, index_t step, bool is_log, T* to, const T* g,
                                 const T* y) {
  const index_t number = mixcon::gpu::warp_of_grid();
  if (number >= lines) return;
  const line of = line_of(number, length, step);
  T along = 0;  // of the gradient: what a common offset would change
  for (index_t k = mixcon::gpu::lane_of_warp(); k < length; k += mixcon::gpu::warp_size) {
    const index_t at = of.first + k * of.step;
    along += is_log ? g[at] : g[at] * y[at];
  }
  along = mixcon::gpu::sum_of_warp(along);
  for (index_t k = mixcon::gpu::lane_of_warp(); k < length; k += mixcon::gpu::warp_size) {
    const index_t at = of.first + k * of.step;
    to[at] = is_log ? g[at] - std::exp(y[at]) * along : y[at] * (g[at] - along);
  }
}

template <class T>
__global__ void row_lengths(index_t rows, index_t width, T* to, const T* from) {
  const index_t row = mixcon::gpu::warp_of_grid();
  if (row >= rows) return;
  double squared = 0;
  for (index_t k = mixcon::gpu::lane_of_warp(); k < width; k += mixcon::gpu::warp_size) {
    const double x = static_cast<double>(from[row * width + k]);
    squared += x * x;
  }
  const double length = std::sqrt(mixcon::gpu::sum_of_warp(squared));
  if (mixcon::gpu::lane_of_warp() == 0) to[row] = static_cast<T>(length < 1e-12 ? 1e-12 : length);
}
template <class T>
__global__ void divide_rows(index_t count, index_t width, T* to, const T* from, const T* lengths) {
  for (index_t k = mixcon::gpu::thread_of_grid(); k < count; k += threads_of_grid())
    to[k] = from[k] / lengths[k / width];
}
template <class T>
__global__ void unit_rows_gradient(index_t rows, index_t width, T* to, const T* g, const T* unit, const T* lengths) {
  const index_t row = mixcon::gpu::warp_of_grid();
  if (row >= rows) return;
  T along = 0;
  for (index_t k = row * width + mixcon::gpu::lane_of_warp(); k < (row + 1) * width; k += mixcon::gpu::warp_size)
    along += unit[k] * g[k];
  along = mixcon::gpu::sum_of_warp(along);
  const T length = lengths[row];
  for (index_t k = row * width + mixcon::gpu::lane_of_warp(); k < (row + 1) * width; k += mixcon::gpu::warp_size)
    to[k] = length > T(1e-12) ? (g[k] - unit[k] * along) / length : T(0);
}

}  // namespace gpu_kernels
}  // namespace devices
}  // namespace mixcon_train
