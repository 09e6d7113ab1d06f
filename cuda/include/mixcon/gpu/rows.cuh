// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rows as kernels read them, packed in the workspace: kernels that pack the caller's rows and unpack their gradients.

#include <mixcon/gpu/warp.cuh>

#include <mixcon/contrast/similarity.hpp>
#include <mixcon/core/number/ordered_sum.hpp>
#include <mixcon/core/tensor_view.hpp>

namespace mixcon::gpu {

/// Rows in the type computed in, divided by their length where that was asked for, and padded with zeros.
template <class T>
struct device_rows {
  T* data = nullptr;   // (count, pitch)
  T* slope = nullptr;  // (count): 1 / length of a row that was divided by it, 0 of one without direction; else -1
  index_t count = 0, width = 0;

  static constexpr index_t pitch_of(index_t width) { return (width + warp_size - 1) / warp_size * warp_size; }
  MIXCON_HD index_t pitch() const { return (width + warp_size - 1) / warp_size * warp_size; }
  MIXCON_HD const T* row(index_t i) const { return data + i * pitch(); }
  /// `number` of these rows, from row `first` on.
  device_rows part(index_t first, index_t number) const {
    return {data + first * pitch(), slope + first, number, width};
  }
};

/// What `check_finite` finds in a row: the column of its first entry that is no finite number, or that its length is
/// not about 1.
struct odd_row {
  static constexpr index_t none = -1, length = -2;
  index_t column = none;
  double value = 0;
};

/// The dot product of two packed rows by the lanes of a warp, the same in every lane.
template <class T>
__device__ __forceinline__ double dot_by_warp(const T* a, const T* c, index_t width) {
  double sum = 0;
  for (index_t k = lane_of_warp(); k < width; k += warp_size)
    sum += static_cast<double>(a[k]) * static_cast<double>(c[k]);
  return sum_of_warp(sum);
}

/// sqrt(sum_k entry(k)^2) by the lanes of a warp, without overflow or underflow on the way; NaN stays.
template <class T, class Entry>
__device__ mixcon::detail::wide_t<T> length_by_warp(index_t count, Entry&& entry) {
  using wide = mixcon::detail::wide_t<T>;
  wide sum = 0;
  for (index_t k = lane_of_warp(); k < count; k += warp_size) sum += entry(k) * entry(k);
  sum = sum_of_warp(sum);
  const bool has_room = sizeof(T) < sizeof(wide) || sum > wide(1e-200);
  if (has_room && sum < wide(1e200)) return mixcon::sqrt_of(sum);
  if (mixcon::is_nan(sum)) return sum;
  wide top = 0;
  for (index_t k = lane_of_warp(); k < count; k += warp_size) {
    const wide size = entry(k) < 0 ? -entry(k) : entry(k);
    if (!(size <= top)) top = size;
  }
  top = merged_by_warp(top, [](wide& a, const wide& b) { a = b > a ? b : a; });
  if (top == 0 || top - top != 0) return top;
  wide scaled = 0;
  for (index_t k = lane_of_warp(); k < count; k += warp_size) scaled += entry(k) / top * (entry(k) / top);
  return top * mixcon::sqrt_of(sum_of_warp(scaled));
}

/// What a row is to be checked for.
struct row_checks {
  bool finite = false, unit = false;
};

// a warp a row: reads rows of any strides, (n, k, D) of them; writes them packed, and what is odd in them
template <class T, class E>
__global__ void pack_rows(tensor_view<const E, 3> from, bool unit, row_checks checks, device_rows<T> to, odd_row* odd) {
  using wide = mixcon::detail::wide_t<T>;
  const index_t i = warp_of_grid(), lane = lane_of_warp();
  if (i >= to.count) return;
  const index_t each = from.extent(1);
  const E* row = from.data() + i / each * from.stride(0) + i % each * from.stride(1);
  const auto entry = [&](index_t k) { return static_cast<wide>(static_cast<T>(row[k * from.stride(2)])); };

  wide divisor = 1;
  T slope = T(-1);
  odd_row found;
  if (unit || checks.unit) {
    const wide size = length_by_warp<T>(to.width, entry);
    if (checks.unit && !(size >= wide(0.99) && size <= wide(1.01))) found = {odd_row::length, size};
    if (unit) {
      const wide length = size + (size - size);  // an infinite one is NaN, and with it the row
      divisor = length <= wide(1e-12) ? wide(1e-12) : length;
      slope = length <= wide(1e-12) ? T(0) : static_cast<T>(1 / length);
    }
  }
  if (checks.finite) {
    index_t first = to.width;
    for (index_t k = lane; k < to.width && first == to.width; k += warp_size)
      if (!(entry(k) - entry(k) == 0)) first = k;
    first = merged_by_warp(first, [](index_t& a, const index_t& b) { a = b < a ? b : a; });
    if (first < to.width) found = {first, entry(first)};
  }
  const wide factor = 1 / divisor;
  for (index_t k = lane; k < to.pitch(); k += warp_size) {
    T x = 0;
    if (k < to.width)
      x = !unit ? static_cast<T>(entry(k))
                : static_cast<T>(sizeof(T) < sizeof(wide) ? entry(k) * factor : entry(k) / divisor);
    to.data[i * to.pitch() + k] = x;
  }
  if (lane != 0) return;
  to.slope[i] = slope;
  if (checks.finite || checks.unit) odd[i] = found;
}

// a warp a row: adds the gradient by the caller's rows, (n, k, D), given the one by the packed rows
template <class T>
__global__ void unpack_rows(device_rows<T> packed, const T* by_packed, tensor_view<T, 3> add_to) {
  const index_t i = warp_of_grid(), lane = lane_of_warp();
  if (i >= packed.count) return;
  const index_t each = add_to.extent(1);
  T* to = add_to.data() + i / each * add_to.stride(0) + i % each * add_to.stride(1);
  const T *unit = packed.row(i), *by = by_packed + i * packed.pitch();
  const T slope = packed.slope[i];
  if (slope < T(0)) {  // as given
    for (index_t k = lane; k < packed.width; k += warp_size) to[k * add_to.stride(2)] += by[k];
    return;
  }
  if (slope == T(0)) return;  // a row without direction
  T radial = 0;
  for (index_t k = lane; k < packed.width; k += warp_size) radial += unit[k] * by[k];
  radial = sum_of_warp(radial);
  for (index_t k = lane; k < packed.width; k += warp_size)
    to[k * add_to.stride(2)] += (by[k] - unit[k] * radial) * slope;
}

// a thread an entry: sets them to 0
template <class T>
__global__ void clear_entries(tensor_view<T, 3> of) {
  const index_t i = thread_of_grid(), k = i % of.extent(2), r = i / of.extent(2);
  if (r < of.extent(0) * of.extent(1)) of(r / of.extent(1), r % of.extent(1), k) = T(0);
}

}  // namespace mixcon::gpu
