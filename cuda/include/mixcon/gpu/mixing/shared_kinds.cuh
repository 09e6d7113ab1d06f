// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Kinds of plan whose entries are shares of the entries at the same place: their arrays, and one function of an entry.

#include <mixcon/gpu/mixing/place.cuh>

#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/kinds/masked.hpp>
#include <mixcon/mix/kinds/multi_lerp.hpp>
#include <mixcon/mix/kinds/multi_mask.hpp>
#include <mixcon/mix/kinds/pasted_boxes.hpp>
#include <mixcon/mix/kinds/pasted_intervals.hpp>
#include <mixcon/mix/kinds/switched.hpp>

namespace mixcon::gpu {

/// What a kernel is told of a plan's region, as plain views; made of a plan and of the extents of its batch as (N, C,
/// H, W). `kept` owns what has to be copied first. One specialisation a kind, with
///
///   void each_view(f)                              its arrays
///   two_shares<N> shares<N>(sample, place)         kinds of two samples, place by place, or
///   N share<N>(sample, source, place)              kinds that are sums, of `sources`, or
///   T mixed<T>(sample, place, own, partner)        kinds that move entries: own(place), partner(place) read them
///
/// and for the adjoint
///
///   N slope<N>(sample, source, place)              d mixed / d source there; source 0 is the own sample
///   T pulled<T>(sum, sample, source, place, from)  kinds that move: sum + what from(place), the gradient, says of it
template <class Region>
struct device_kind;

/// An array with one entry for the batch, or one a sample.
template <class E>
struct by_sample {
  vector_view<const E> of{};
  by_sample() = default;
  explicit by_sample(const std::vector<E>& list) : of(mixcon::view(list)) {}
  MIXCON_HD const E& operator[](index_t sample) const { return of[of.extent(0) == 1 ? 0 : sample]; }
};
template <class N>
MIXCON_HD two_shares<N> shares_by(double lambda) {
  return {static_cast<N>(lambda), static_cast<N>(1 - lambda)};
}
template <class N>
MIXCON_HD two_shares<N> shown(bool own) {
  return {N(own ? 1 : 0), N(own ? 0 : 1)};
}
MIXCON_HD inline bool is_inside(const box& b, const place& at) {
  return at.row >= b.top && at.row < b.bottom && at.column >= b.left && at.column < b.right;
}

template <>
struct device_kind<interpolated> {
  static constexpr bool same_everywhere = true;  // whatever the place
  by_sample<double> lambda;
  device_kind(const mix_plan<interpolated>& plan, const axes<4>&, std::vector<double>&) : lambda(plan.lambda) {}
  template <class F>
  void each_view(F&& f) {
    f(lambda.of);
  }
  template <class N>
  MIXCON_HD two_shares<N> shares(index_t i, const place&) const {
    return shares_by<N>(lambda[i]);
  }
  template <class N>
  MIXCON_HD N slope(index_t i, index_t source, const place&) const {
    return static_cast<N>(source == 0 ? lambda[i] : 1 - lambda[i]);
  }
};

template <>
struct device_kind<pasted_boxes> {
  by_sample<box> boxes;
  bool own_inside;
  device_kind(const mix_plan<pasted_boxes>& plan, const axes<4>&, std::vector<double>&)
      : boxes(plan.region.boxes), own_inside(plan.region.own_inside) {}
  template <class F>
  void each_view(F&& f) {
    f(boxes.of);
  }
  template <class N>
  MIXCON_HD two_shares<N> shares(index_t i, const place& at) const {
    return shown<N>(is_inside(boxes[i], at) == own_inside);
  }
  template <class N>
  MIXCON_HD N slope(index_t i, index_t source, const place& at) const {
    return N((is_inside(boxes[i], at) == own_inside) == (source == 0) ? 1 : 0);
  }
};

template <>
struct device_kind<pasted_intervals> {
  by_sample<interval> intervals;
  bool own_inside;
  device_kind(const mix_plan<pasted_intervals>& plan, const axes<4>&, std::vector<double>&)
      : intervals(plan.region.intervals), own_inside(plan.region.own_inside) {}
  template <class F>
  void each_view(F&& f) {
    f(intervals.of);
  }
  template <class N>
  MIXCON_HD two_shares<N> shares(index_t i, const place& at) const {
    return shown<N>(shows_own(i, at));
  }
  template <class N>
  MIXCON_HD N slope(index_t i, index_t source, const place& at) const {
    return N(shows_own(i, at) == (source == 0) ? 1 : 0);
  }

 private:
  MIXCON_HD bool shows_own(index_t i, const place& at) const {
    const interval& s = intervals[i];
    return (at.column >= s.begin && at.column < s.end) == own_inside;
  }
};

template <>
struct device_kind<switched> {
  by_sample<box> boxes;
  by_sample<index_t> pastes;
  by_sample<double> lambda;
  device_kind(const mix_plan<switched>& plan, const axes<4>&, std::vector<double>&)
      : boxes(plan.region.boxes), pastes(plan.region.pastes), lambda(plan.lambda) {}
  template <class F>
  void each_view(F&& f) {
    f(boxes.of), f(pastes.of), f(lambda.of);
  }
  template <class N>
  MIXCON_HD two_shares<N> shares(index_t i, const place& at) const {
    return pastes[i] != 0 ? shown<N>(!is_inside(boxes[i], at)) : shares_by<N>(lambda[i]);
  }
  template <class N>
  MIXCON_HD N slope(index_t i, index_t source, const place& at) const {
    if (pastes[i] != 0) return N(is_inside(boxes[i], at) == (source != 0) ? 1 : 0);
    return static_cast<N>(source == 0 ? lambda[i] : 1 - lambda[i]);
  }
};

/// Masks of the same extents, one after another, each (1 or N, 1 or C, 1 or H, 1 or W).
struct device_masks {
  vector_view<const double> values;
  axes<4> strides;  // 0 along axes that all places share
  index_t next;     // from a mask to the next

  device_masks(const std::vector<double>& all, const axes<4>& extents)
      : values(mixcon::view(all)), strides(row_major(extents)), next(extents[0] * strides[0]) {
    for (int axis = 0; axis < 4; ++axis)
      if (extents[axis] == 1) strides[axis] = 0;
  }
  MIXCON_HD double at(index_t which, index_t i, const place& where) const {
    return values[which * next + i * strides[0] + where.channel * strides[1] + where.row * strides[2] +
                  where.column * strides[3]];
  }
};

template <>
struct device_kind<masked> {
  device_masks mask;
  device_kind(const mix_plan<masked>& plan, const axes<4>&, std::vector<double>&)
      : mask(plan.region.shares.values, plan.region.shares.extents) {}
  template <class F>
  void each_view(F&& f) {
    f(mask.values);
  }
  template <class N>
  MIXCON_HD two_shares<N> shares(index_t i, const place& at) const {
    const N own = static_cast<N>(mask.at(0, i, at));
    return {own, 1 - own};
  }
  template <class N>
  MIXCON_HD N slope(index_t i, index_t source, const place& at) const {
    const double own = mask.at(0, i, at);
    return static_cast<N>(source == 0 ? own : 1 - own);
  }
};

template <>
struct device_kind<multi_lerp> {
  static constexpr bool same_everywhere = true;
  vector_view<const double> weights;
  index_t sources;
  bool for_batch;
  device_kind(const mix_plan<multi_lerp>& plan, const axes<4>&, std::vector<double>&)
      : weights(mixcon::view(plan.region.weights)),
        sources(plan.region.partners() + 1),
        for_batch(weights.extent(0) == sources) {}
  template <class F>
  void each_view(F&& f) {
    f(weights);
  }
  template <class N>
  MIXCON_HD N share(index_t i, index_t source, const place&) const {
    return static_cast<N>(weights[(for_batch ? 0 : i * sources) + source]);
  }
  template <class N>
  MIXCON_HD N slope(index_t i, index_t source, const place& at) const {
    return share<N>(i, source, at);
  }
};

template <>
struct device_kind<multi_mask> {
  device_masks masks;
  index_t sources;
  device_kind(const mix_plan<multi_mask>& plan, const axes<4>&, std::vector<double>& kept)
      : masks(joined(plan.region.masks, kept), plan.region.masks[0].extents), sources(plan.region.partners() + 1) {}
  template <class F>
  void each_view(F&& f) {
    f(masks.values);
  }
  template <class N>
  MIXCON_HD N share(index_t i, index_t source, const place& at) const {
    return static_cast<N>(masks.at(source, i, at));
  }
  template <class N>
  MIXCON_HD N slope(index_t i, index_t source, const place& at) const {
    return share<N>(i, source, at);
  }

 private:
  static const std::vector<double>& joined(const std::vector<mixcon::mask>& each, std::vector<double>& kept) {
    for (const mixcon::mask& one : each) kept.insert(kept.end(), one.values.begin(), one.values.end());
    return kept;
  }
};

}  // namespace mixcon::gpu
