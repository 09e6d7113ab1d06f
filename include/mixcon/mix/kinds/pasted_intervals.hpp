// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kind of plan that shows the partner during an interval of a signal (CutMix on signals).

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/memory/arithmetic.hpp>
#include <mixcon/mix/memory/runs.hpp>
#include <mixcon/mix/plan.hpp>

#include <cstddef>
#include <string>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The kind of plan that shows the partner during a stretch of time and the own sample before and after; with
/// `own_inside` the other way round. The last axis of the batch is time: (N, T), (N, C, T), or spectrograms. It copies
/// and never computes: whatever is covered, NaN included, cannot leak.
struct pasted_intervals {
  /// Nothing of a partner.
  static pasted_intervals none() { return {.intervals = {interval{}}}; }
  static constexpr const char* kind = "interval";
  static constexpr int fewest_axes = 2;
  static constexpr bool is_quick = true;
  std::vector<interval> intervals{};  ///< one for the batch, or one a sample
  bool own_inside = false;

  const interval& of(index_t sample) const {
    return intervals[intervals.size() == 1 ? 0 : static_cast<std::size_t>(sample)];
  }
  template <class Self, class Visit>
  static void fields(Self& region, Visit&& visit) {
    visit("interval", region.intervals), visit("own_inside", region.own_inside);
  }
  friend bool operator==(const pasted_intervals&, const pasted_intervals&) = default;
};
inline std::string to_string(const pasted_intervals& region) {
  return (region.own_inside ? "own inside intervals " : "partner inside intervals ") +
         detail::written_list(region.intervals);
}

template <int Rank>
void check_region(const mix_plan<pasted_intervals>& plan, const char* function, const axes<Rank>& extents) {
  static_assert(Rank >= 2, "mixcon: a plan of intervals mixes signals (N, T) or (N, C, T)");
  const index_t steps = extents[Rank - 1];
  const std::vector<interval>& intervals = plan.region.intervals;
  MIXCON_REQUIRE(intervals.size() == 1 || intervals.size() == plan.partner.size(), function, ": the plan has ",
                 intervals.size(), " intervals for ", plan.samples(),
                 " samples; expected one for the batch, or one a sample.");
  for (const interval& s : intervals)
    MIXCON_REQUIRE(0 <= s.begin && s.begin <= s.end && s.end <= steps, function, ": interval ", to_string(s),
                   " is not within signals of ", steps,
                   " steps (begin, end; half open). Was the plan made for another length?");
}

namespace detail {

/// The part of a sample during the stretch.
template <class T, int Rank>
tensor_view<T, Rank> during(const tensor_view<T, Rank>& sample, const interval& s) {
  return part_of(sample, 0, s.begin, s.end);
}

/// mixed = inner during the stretch, outer before and after: each part by itself where signals are long, else all of
/// the outer one first, for one long run beats three short ones a channel.
template <class T, int Inner>
void paste_interval(const interval& s, const tensor_view<const T, Inner>& inner,
                    const tensor_view<const T, Inner>& outer, const tensor_view<T, Inner>& mixed, bool streamed) {
  const index_t steps = mixed.extent(Inner - 1);
  const auto copy = [&](const tensor_view<const T, Inner>& from, const interval& part) {
    copy_block(during(from, part), during(mixed, part), streamed);
  };
  if (s.length() > 0 && steps * static_cast<index_t>(sizeof(T)) >= 16384) {
    copy(outer, {0, s.begin}), copy(inner, s), copy(outer, {s.end, steps});
  } else {
    copy_block(outer, mixed, streamed && s.length() == 0);
    copy_block(during(inner, s), during(mixed, s));
  }
}

/// Adds the part of the upstream gradient during the stretch, or the parts before and after it.
template <class T, int Inner>
void add_shown(bool inside, const interval& s, const tensor_view<const T, Inner>& upstream,
               const tensor_view<T, Inner>& gradient) {
  const auto add = [&](const interval& part) { add_block(1, during(upstream, part), during(gradient, part)); };
  if (inside) return add(s);
  add({0, s.begin});
  add({s.end, upstream.extent(Inner - 1)});
}

}  // namespace detail

template <class T, int Rank, int Inner>
void blend_sample(const mix_plan<pasted_intervals>& plan, index_t i, const tensor_view<const T, Inner>& own,
                  const tensor_view<const T, Rank>& partners, const tensor_view<T, Inner>& mixed) {
  const interval& s = plan.region.of(i);
  const tensor_view<const T, Inner> partner = detail::sample_of(partners, plan.partner_of(i));
  const tensor_view<const T, Inner>& inner = plan.region.own_inside ? own : partner;
  const tensor_view<const T, Inner>& outer = plan.region.own_inside ? partner : own;
  detail::paste_interval(s, inner, outer, mixed, detail::is_streamed(partners));
}

template <class T, int Inner>
void unblend_own(const mix_plan<pasted_intervals>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                 const tensor_view<T, Inner>& gradient) {
  detail::add_shown(plan.region.own_inside, plan.region.of(i), upstream, gradient);
}
template <class T, int Inner>
void unblend_partner(const mix_plan<pasted_intervals>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                     const tensor_view<T, Inner>& gradient) {
  detail::add_shown(!plan.region.own_inside, plan.region.of(i), upstream, gradient);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
