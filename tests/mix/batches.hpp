// SPDX-License-Identifier: BSD-3-Clause
// Batches of any layout, plans of every kind, and the mixed sample written out: what the tests of mixing share.
#pragma once

#include <mixcon/mix/draw/recorded_draws.hpp>
#include <mixcon/mix/kinds/masked.hpp>
#include <mixcon/mixes/all_mixes.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace mixcon_test {

using namespace mixcon;

enum class layout { row_major, channels_last, with_gaps, backwards };
inline constexpr layout all_layouts[] = {layout::row_major, layout::channels_last, layout::with_gaps,
                                         layout::backwards};

/// A tensor that owns its elements.
template <class T, int Rank>
struct batch {
  std::vector<T> storage;
  tensor_view<T, Rank> of;
};

/// Calls f(place) for every place of a tensor of these extents.
template <int Rank, class F>
void for_each_place(const axes<Rank>& extents, F&& f) {
  axes<Rank> place{};
  const tensor_view<char, Rank> shape(nullptr, extents);
  for (index_t k = 0; k < shape.size(); ++k) {
    f(place);
    for (int axis = Rank - 1; axis >= 0 && ++place[axis] == extents[axis]; --axis) place[axis] = 0;
  }
}

template <class T, int Rank>
T& at(const tensor_view<T, Rank>& tensor, const axes<Rank>& place) {
  index_t offset = 0;
  for (int axis = 0; axis < Rank; ++axis) offset += place[axis] * tensor.stride(axis);
  return tensor.data()[offset];
}

template <class T, int Rank>
batch<T, Rank> empty_batch(const axes<Rank>& extents, layout as = layout::row_major) {
  axes<Rank> strides = row_major(extents);
  index_t size = 1, first = 0;
  for (int axis = 0; axis < Rank; ++axis) size *= extents[axis];
  if (as == layout::channels_last && Rank == 4) {
    strides[1] = 1, strides[3] = extents[1], strides[2] = extents[1] * extents[3];
  } else if (as == layout::with_gaps) {
    for (int axis = 0; axis < Rank; ++axis) strides[axis] *= 3;
    size *= 3;
  } else if (as == layout::backwards) {
    for (int axis = 0; axis < Rank; ++axis) first += (extents[axis] - 1) * strides[axis], strides[axis] *= -1;
  }
  batch<T, Rank> made{std::vector<T>(static_cast<std::size_t>(size)), {}};
  made.of = {made.storage.data() + first, extents, strides};
  return made;
}

/// Values in [-2, 2), or bytes.
template <class T, int Rank>
batch<T, Rank> random_batch(const axes<Rank>& extents, std::uint64_t seed, layout as = layout::row_major) {
  batch<T, Rank> made = empty_batch<T>(extents, as);
  philox_stream bits(seed, 0, 77, 0);
  for_each_place(extents, [&](const axes<Rank>& place) {
    if constexpr (std::is_integral_v<T>)
      at(made.of, place) = static_cast<T>(uniform_integer(bits, 256));
    else
      at(made.of, place) = static_cast<T>(4 * uniform(bits) - 2);
  });
  return made;
}

// How much of the own value a plan keeps at a place, by the definition of its kind.
template <int Rank>
double kept(const mix_plan<interpolated>& plan, const axes<Rank>& place) {
  return plan.lambda_of(place[0]);
}
template <int Rank>
double kept(const mix_plan<pasted_boxes>& plan, const axes<Rank>& place) {
  const box& b = plan.region.of(place[0]);
  const index_t y = place[Rank - 2], x = place[Rank - 1];
  const bool inside = y >= b.top && y < b.bottom && x >= b.left && x < b.right;
  return inside == plan.region.own_inside ? 1 : 0;
}
template <int Rank>
double kept(const mix_plan<pasted_intervals>& plan, const axes<Rank>& place) {
  const interval& s = plan.region.of(place[0]);
  const bool inside = place[Rank - 1] >= s.begin && place[Rank - 1] < s.end;
  return inside == plan.region.own_inside ? 1 : 0;
}

template <int Rank>
double kept(const mix_plan<masked>& plan, const axes<Rank>& place) {
  const auto shares = plan.region.shares.view();
  axes<4> of_mask{place[0], 0, 0, 0};
  for (int axis = 1; axis < Rank; ++axis) of_mask[4 - Rank + axis] = place[axis];
  for (int axis = 0; axis < 4; ++axis)
    if (shares.extent(axis) == 1) of_mask[axis] = 0;
  return at(shares, of_mask);
}

template <class Region>
inline constexpr bool copies = !std::is_same_v<Region, interpolated> && !std::is_same_v<Region, masked>;

/// A mask of values 0, 1 and between.
inline mask some_mask(const axes<4>& extents) {
  mask made = mask::full(extents, 0);
  for (std::size_t k = 0; k < made.values.size(); ++k) made.values[k] = static_cast<double>(k * k % 5) / 4;
  return made;
}

/// The mixed value at a place, written out in double.
template <class Region, class T, int Rank>
double written_out(const mix_plan<Region>& plan, const tensor_view<T, Rank>& own, const tensor_view<T, Rank>& partners,
                   const axes<Rank>& place) {
  const double keep = kept(plan, place);
  axes<Rank> other = place;
  other[0] = plan.partner_of(place[0]);
  if (keep == 1) return static_cast<double>(at(own, place));
  if (keep == 0) return static_cast<double>(at(partners, other));
  return keep * static_cast<double>(at(own, place)) + (1 - keep) * static_cast<double>(at(partners, other));
}

/// Calls f(plan) with plans of every kind for four samples of 5 x 7 pixels (boxes), or of 7 steps: partners that are a
/// permutation and partners that repeat, one region for the batch and one a sample, empty and full ones.
template <int Rank, class F>
void for_each_plan(F&& f) {
  for (const std::vector<index_t>& partner :
       {std::vector<index_t>{2, 0, 3, 1}, std::vector<index_t>{1, 1, 2, 1}, std::vector<index_t>{0, 1, 2, 3}}) {
    f(mix_plan<interpolated>{partner, {0.3}, {}});
    f(mix_plan<interpolated>{partner, {0.25, 1, 0, 0.7}, {}});
    if constexpr (Rank >= 2) {
      f(mix_plan<masked>{partner, {0.5}, {some_mask({1, 1, 1, 7})}});
      f(mix_plan<masked>{partner, {0.5}, {some_mask({4, 1, Rank == 2 ? 1 : 5, 7})}});
    }
    for (const bool own_inside : {false, true}) {
      if constexpr (Rank >= 2) {
        f(mix_plan<pasted_intervals>{partner, {0.5}, {{{2, 6}}, own_inside}});
        f(mix_plan<pasted_intervals>{partner, {0.5}, {{{0, 7}, {3, 3}, {0, 1}, {4, 7}}, own_inside}});
      }
      if constexpr (Rank >= 3) {
        f(mix_plan<pasted_boxes>{partner, {0.5}, {{{1, 4, 2, 6}}, own_inside}});
        f(mix_plan<pasted_boxes>{
            partner, {0.5}, {{{0, 5, 0, 7}, {2, 2, 0, 7}, {0, 1, 6, 7}, {3, 5, 0, 2}}, own_inside}});
      }
    }
  }
}

/// Four samples with the extents that `for_each_plan` expects.
template <int Rank>
axes<Rank> four_samples() {
  if constexpr (Rank == 1)
    return {4};
  else if constexpr (Rank == 2)
    return {4, 7};
  else if constexpr (Rank == 3)
    return {4, 5, 7};
  else
    return {4, 3, 5, 7};
}

/// Entries of a mask that show nothing but the partner.
inline index_t zeros(const mask& m) {
  index_t count = 0;
  for (const double value : m.values) count += value == 0 ? 1 : 0;
  return count;
}

}  // namespace mixcon_test
