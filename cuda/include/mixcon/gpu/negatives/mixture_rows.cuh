// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kernels of synthetic negatives: mixtures of rows, and what their gradient says of the rows they are made of.

#include <mixcon/gpu/negatives/device_list.cuh>
#include <mixcon/gpu/rows.cuh>

#include <mixcon/negatives/synthetic/mixed_negatives.hpp>

namespace mixcon::gpu {

/// Mixtures of N anchors, S each, and the packed rows that they are made of.
template <class T>
struct mixture_problem {
  index_t anchors_count = 0, each = 0;
  const mixture* given = nullptr;        // (N, S): positions of keys, or of slots where there is a list
  const std::int32_t* chosen = nullptr;  // (N, slots): the keys of a search, or null
  index_t slots = 0;
  device_rows<T> anchors, positives, keys;

  MIXCON_HD index_t source(index_t a, index_t named) const {
    return named >= 0 && chosen != nullptr ? chosen[a * slots + named] : named;
  }
  /// With keys in the place of slots; empty where a slot is.
  MIXCON_HD mixture at(index_t a, index_t s) const {
    mixture m = given[a * each + s];
    m.first = source(a, m.first), m.second = source(a, m.second);
    return m.first == mixture::none || m.second == mixture::none ? mixture{} : m;
  }
  MIXCON_HD const T* row(index_t a, index_t which) const {
    return which == mixture::anchor ? anchors.row(a) : which == mixture::positive ? positives.row(a) : keys.row(which);
  }
};

/// What a mixture's gradient is made of beside its rows.
template <class T>
struct mixture_slope {
  T first{}, second{};  // the shares
  T inverse_length{}, radial{}, by_cosine{};
};

// a warp a row of (N, 1 + S): the positive as it was given, then the mixtures, made unit rows; a short one is empty
template <class T, mixing_path How, class E>
__global__ void mix_rows(mixture_problem<T> p, tensor_view<const E, 3> positives_given, T* rows, std::int32_t* key,
                         double* weight) {
  const index_t each = p.each + 1, number = warp_of_grid(), a = number / each, s = number % each - 1;
  if (a >= p.anchors_count) return;
  const index_t width = p.anchors.width;
  T* const to = rows + number * width;
  if (s < 0) {
    for (index_t x = lane_of_warp(); x < width; x += warp_size) to[x] = static_cast<T>(positives_given(a, 0, x));
    return;
  }
  const mixture m = p.at(a, s);
  T length = 0;
  mixcon::detail::mixture_shares<T> by;
  const T *first = nullptr, *second = nullptr;
  if (m.first != mixture::none) {
    first = p.row(a, m.first), second = p.row(a, m.second);
    by = mixcon::detail::shares_of(How, static_cast<T>(m.share),
                                   How == mixing_path::arc ? static_cast<T>(dot_by_warp(first, second, width)) : T(0));
    T squared = 0;
    for (index_t x = lane_of_warp(); x < width; x += warp_size) {
      const T sum = by.first * first[x] + by.second * second[x];
      squared += sum * sum;
    }
    length = mixcon::sqrt_of(sum_of_warp(squared));
  }
  const bool filled = m.first != mixture::none && !(length < T(1e-6));
  for (index_t x = lane_of_warp(); x < width; x += warp_size)
    to[x] = filled ? (by.first * first[x] + by.second * second[x]) / length : T(0);
  if (lane_of_warp() != 0) return;
  key[a * p.each + s] = filled ? 0 : negative_list::none;
  weight[a * p.each + s] = filled ? 1.0 : 0.0;
}

// a warp a mixture: what its gradient is made of; and whom it is about, for the sort: (N, S, 2), beyond the last key
// where it is no key
template <class T, mixing_path How>
__global__ void measure_mixtures(mixture_problem<T> p, const T* rows, const std::int32_t* key,
                                 tensor_view<const T, 3> by_rows, mixture_slope<T>* slope, index_t* about,
                                 index_t* part) {
  const index_t number = warp_of_grid(), a = number / p.each, s = number % p.each, width = p.anchors.width;
  if (a >= p.anchors_count) return;
  const mixture m = p.at(a, s);
  const bool filled = key[number] >= 0;
  if (lane_of_warp() == 0)
    for (index_t which = 0; which < 2; ++which) {
      const index_t source = which == 0 ? m.first : m.second;
      about[2 * number + which] = filled && source >= 0 ? source : p.keys.count;
      part[2 * number + which] = 2 * number + which;
    }
  if (!filled) return;
  const T *first = p.row(a, m.first), *second = p.row(a, m.second), *unit = rows + (a * (p.each + 1) + 1 + s) * width;
  const auto by = mixcon::detail::shares_of(
      How, static_cast<T>(m.share), How == mixing_path::arc ? static_cast<T>(dot_by_warp(first, second, width)) : T(0));
  T squared = 0, radial = 0;
  for (index_t x = lane_of_warp(); x < width; x += warp_size) {
    const T sum = by.first * first[x] + by.second * second[x];
    squared += sum * sum, radial += unit[x] * by_rows(a, 1 + s, x);
  }
  mixture_slope<T> found{by.first, by.second, 1 / mixcon::sqrt_of(sum_of_warp(squared)), sum_of_warp(radial), T(0)};
  if constexpr (How == mixing_path::arc) {
    T by_cosine = 0;
    for (index_t x = lane_of_warp(); x < width; x += warp_size)
      by_cosine += (by_rows(a, 1 + s, x) - unit[x] * found.radial) * found.inverse_length *
                   (by.first_slope * first[x] + by.second_slope * second[x]);
    found.by_cosine = sum_of_warp(by_cosine);
  }
  if (lane_of_warp() == 0) slope[number] = found;
}

/// Entry x of what a mixture says of its first or second row.
template <class T>
__device__ T mixture_gradient(const mixture_problem<T>& p, const T* rows, const tensor_view<const T, 3>& by_rows,
                              const mixture_slope<T>* slope, index_t part, index_t x) {
  const index_t number = part / 2, a = number / p.each, s = number % p.each;
  const mixture m = p.at(a, s);
  const mixture_slope<T>& by = slope[number];
  const T unit = rows[(a * (p.each + 1) + 1 + s) * p.anchors.width + x];
  const T by_sum = (by_rows(a, 1 + s, x) - unit * by.radial) * by.inverse_length;
  const bool is_first = part % 2 == 0;
  const T other = p.row(a, is_first ? m.second : m.first)[x];
  return by_sum * (is_first ? by.first : by.second) + by.by_cosine * other;
}

// a warp an anchor: its own gradient and that of its positive, by packed rows, in the order of its mixtures
template <class T>
__global__ void pull_own_mixtures(mixture_problem<T> p, const T* rows, const std::int32_t* key,
                                  tensor_view<const T, 3> by_rows, const mixture_slope<T>* slope, T* by_anchors,
                                  T* by_positives) {
  const index_t a = warp_of_grid();
  if (a >= p.anchors_count) return;
  for (index_t x = lane_of_warp(); x < p.anchors.width; x += warp_size) {
    T of_anchor = 0, of_positive = 0;
    for (index_t s = 0; s < p.each; ++s) {
      if (key[a * p.each + s] < 0) continue;
      const mixture m = p.at(a, s);
      for (index_t which = 0; which < 2; ++which) {
        const index_t source = which == 0 ? m.first : m.second;
        if (source >= 0) continue;
        const T one = mixture_gradient(p, rows, by_rows, slope, 2 * (a * p.each + s) + which, x);
        (source == mixture::anchor ? of_anchor : of_positive) += one;
      }
    }
    by_anchors[a * p.anchors.pitch() + x] = of_anchor;
    by_positives[a * p.positives.pitch() + x] = of_positive;
  }
}

// a warp a key: its gradient, by packed rows, in the order of the parts that are about it, which a stable sort has put
// side by side
template <class T>
__global__ void pull_mixed_keys(mixture_problem<T> p, const T* rows, tensor_view<const T, 3> by_rows,
                                const mixture_slope<T>* slope, const index_t* about, const index_t* part, T* by_keys) {
  const index_t k = warp_of_grid(), parts = 2 * p.anchors_count * p.each;
  if (k >= p.keys.count) return;
  index_t begin = 0, end = parts;
  while (begin < end) {
    const index_t middle = begin + (end - begin) / 2;
    if (about[middle] < k)
      begin = middle + 1;
    else
      end = middle;
  }
  for (index_t x = lane_of_warp(); x < p.keys.width; x += warp_size) {
    T sum = 0;
    for (index_t at = begin; at < parts && about[at] == k; ++at)
      sum += mixture_gradient(p, rows, by_rows, slope, part[at], x);
    by_keys[k * p.keys.pitch() + x] = sum;
  }
}

// a thread an entry: adds the gradient by the positives as they stand among the own candidates
template <class T>
__global__ void add_given_positives(tensor_view<const T, 3> by_rows, matrix_view<T> to) {
  const index_t number = thread_of_grid(), a = number / to.extent(1), x = number % to.extent(1);
  if (a < to.extent(0)) to(a, x) += by_rows(a, 0, x);
}

}  // namespace mixcon::gpu
