// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kernels of the tier `chunks`: the library's own words over similarities that a matrix product has stored.

#include <mixcon/gpu/gather.cuh>
#include <mixcon/gpu/weigh.cuh>

namespace mixcon::gpu {

/// Packed rows as matrix products take them. They multiply what is hidden too, and 0 times NaN is NaN: a row with an
/// entry that is no finite number becomes zeros, and its mark, which is added to its similarities, is NaN.
template <class T>
struct finite_rows {
  T* data = nullptr;  // (count, pitch)
  T* mark = nullptr;  // (count): 0 or NaN
  index_t count = 0, width = 0;

  index_t pitch() const { return device_rows<T>::pitch_of(width); }
};

// a warp a row
template <class T>
__global__ void copy_finite_rows(device_rows<T> from, finite_rows<T> to) {
  const index_t i = warp_of_grid(), pitch = from.pitch();
  if (i >= from.count) return;
  const T* row = from.row(i);
  int odd = 0;
  for (index_t k = lane_of_warp(); k < from.width; k += warp_size) odd |= row[k] - row[k] == T(0) ? 0 : 1;
  odd = merged_by_warp(odd, [](int& a, const int& b) { a |= b; });
  for (index_t k = lane_of_warp(); k < pitch; k += warp_size) to.data[i * pitch + k] = odd == 0 ? row[k] : T(0);
  if (lane_of_warp() == 0) to.mark[i] = odd == 0 ? T(0) : static_cast<T>(__builtin_nanf(""));
}

/// The products of a chunk of anchors with all shared candidates.
template <class T>
struct stored_products {
  index_t first = 0, number = 0;                    // the anchors of the chunk
  const T* product = nullptr;                       // (number, pairs); own candidates' entries are not used
  const T *anchor_mark = nullptr, *mark = nullptr;  // (N), (M)
};

/// Pair number c of anchor a, of the chunk: as pair_at, with the similarity of shared candidates from the store.
template <class Problem, class T = typename Problem::T>
__device__ measured_pair<T> stored_pair(const Problem& p, const stored_products<T>& stored, index_t a, index_t c) {
  static_assert(Problem::linear && !Problem::is_given);
  const index_t shared = c - p.own_count;
  if (shared < 0) return pair_at(p, a, c);
  measured_pair<T> found;
  const T dot = stored.product[(a - stored.first) * p.pairs() + c] + (stored.anchor_mark[a] + stored.mark[shared]);
  found.similarity = p.similarity.value(dot, T(0), T(0));
  found.slopes = p.similarity.slopes(dot, T(0), T(0));
  found.pair = p.template shared_pair<T>(a, shared, found.similarity);
  return found;
}

// a warp an anchor of the chunk: what gather_rows does
template <class Problem>
__global__ void gather_stored(Problem p, stored_products<typename Problem::T> stored, row_work<Problem> work) {
  const index_t a = stored.first + warp_of_grid();
  if (a < stored.first + stored.number)
    gather_pairs(p, work, a, [&](index_t c) { return stored_pair(p, stored, a, c); });
}

// a warp an anchor of the chunk: what weigh_rows does. Each weight takes the place of the product that it is made of
template <class Problem>
__global__ void weigh_stored(Problem p, stored_products<typename Problem::T> stored, device_saved<Problem> saved,
                             weighed_pairs<Problem> to) {
  const index_t a = to.first + warp_of_grid();
  if (a < to.first + to.number) weigh_pairs(p, saved, to, a, [&](index_t c) { return stored_pair(p, stored, a, c); });
}

}  // namespace mixcon::gpu
