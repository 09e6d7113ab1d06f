// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Positives outside the tiles: their logits from packed rows, which are not rounded; and sums of rows by class where
// positives are many.

#include <mixcon/gpu/moments/shared_words.cuh>
#include <mixcon/gpu/pairs.cuh>

namespace mixcon::gpu {

/// Calls visit(row, times) with rows of numbers whose weighted sum is that over the positives of a row: those rows
/// themselves, with their weight, or the sum of their class, less the row's own number.
template <class T, class Weight, class Visit>
__device__ void visit_positive_rows(const positive_rows& are, const key_groups& groups, const device_rows<T>& others,
                                    const T* sums, Weight&& weight, Visit&& visit) {
  if (are.key < 0) return;
  if (are.members > few_members) {
    visit(sums + static_cast<index_t>(are.key) * others.pitch(), T(1));
    if (are.without >= 0) visit(others.row(are.without), -weight(are.without));
    return;
  }
  for (int k = 0; k < are.members; ++k) {
    const int row = groups.member(are.key, k);
    if (row != are.without) visit(others.row(row), weight(row));
  }
}

// a warp a key with more than a few rows: the sum of weight times row; without weights, of the rows.  writes sums
// (keys, pitch)
template <class T>
__global__ void class_sums(device_rows<T> rows, key_groups groups, const T* weight, int weight_stride, T* sums) {
  const index_t key = warp_of_grid();
  if (key >= groups.keys) return;
  const int members = groups.count(static_cast<int>(key));
  if (members <= few_members) return;
  for (index_t k = lane_of_warp(); k < rows.pitch(); k += warp_size) {
    double sum = 0;
    for (int m = 0; m < members; ++m) {
      const index_t row = groups.member(static_cast<int>(key), m);
      const double times = weight != nullptr ? static_cast<double>(weight[row * weight_stride]) : 1.0;
      if (times != 0) sum += times * static_cast<double>(rows.row(row)[k]);
    }
    sums[key * rows.pitch() + k] = static_cast<T>(sum);
  }
}

}  // namespace mixcon::gpu
