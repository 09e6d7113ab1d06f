// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The candidates that tiles leave out of a mixed anchor: pairs of rows that were not rounded, which the targets are
// asked about and the loss's own statistics observe; and what they pull.

#include <mixcon/gpu/moments/join_moments.cuh>

namespace mixcon::gpu {

/// A candidate that tiles leave out, as its anchor sees it. By the lanes of a warp.
struct left_out_pair {
  int candidate = -1;  // -1: none
  float similarity = 0;
  logit_pair<float> pair{};
};
template <class Problem>
__device__ left_out_pair see_left_out(const Problem& p, index_t a, int candidate) {
  left_out_pair seen;
  if (candidate < 0) return seen;
  seen.candidate = candidate;
  seen.similarity = static_cast<float>(dot_by_warp(p.anchors.row(a), p.candidates.row(candidate), p.anchors.width));
  seen.pair = p.template shared_pair<float>(a, candidate, seen.similarity);
  return seen;
}
/// Both of an anchor.
struct left_out_pairs {
  left_out_pair of[2];
  template <class Problem>
  __device__ left_out_pairs(const Problem& p, const mixed_rule& rule, index_t a)
      : of{see_left_out(p, a, rule.left_out(static_cast<int>(a))),
           see_left_out(p, a, rule.also_left_out(static_cast<int>(a)))} {}
  MIXCON_HD int number() const { return (of[0].candidate >= 0 ? 1 : 0) + (of[1].candidate >= 0 ? 1 : 0); }
  MIXCON_HD float highest() const {
    float top = minus_infinity<float>();
    for (const auto& one : of)
      if (one.candidate >= 0 && one.pair.x > top) top = one.pair.x;
    return top;
  }
};

// a warp a row: merges what the splits saw, in their order, and observes what they left out.  writes states, sees
template <class Problem>
__global__ void join_mixed_moments(Problem p, mixed_rule rule, moment_lines<sums_of_problem<Problem>> lines, int splits,
                                   const moment_part<sums_of_problem<Problem>>* part, row_work<Problem> work) {
  constexpr int K = sums_of_problem<Problem>;
  const index_t a = warp_of_grid(), rows = p.anchors.count;
  if (a >= rows) return;
  moment_part<K> whole = part[a];
  for (int s = 1; s < splits; ++s) add_moments(whole, part[s * rows + a]);
  const left_out_pairs apart(p, rule, a);
  const auto top = static_cast<double>(apart.highest());
  found_row row;
  row.far_count = static_cast<float>(p.candidates.count - apart.number());
  typename Problem::state state{};
  for_each_position<Problem::count>([&](auto position) {
    constexpr int at = decltype(position)::value;
    using statistic = std::remove_cvref_t<decltype(get<at>(p.statistics))>;
    found_moment moment;
    if constexpr (moment_statistic<statistic>::sums > 0) {
      constexpr int k = moments_of<typename Problem::statistics_type>::template first<at>();
      moment = sums_of_tiles(whole, lines, k, moment_statistic<statistic>::meets_single, top);
    }
    moment_statistic<statistic>::fill(get<at>(p.statistics), get<at>(state.of), moment, row);
  });
  state.seen.negatives = state.seen.visible = row.far_count;
  for (const left_out_pair& one : apart.of)
    if (one.candidate >= 0) {
      state.make_room(p.statistics, one.pair);
      state.observe(p.statistics, one.pair);
    }
  if (lane_of_warp() == 0) work.states[a] = state, work.sees[a] = state.seen.visible > 0.0F ? 1 : 0;
}

// a warp a row.  writes slopes (N), whose `pull` is of the anchor's own candidate, and rule.partner_pull (N)
template <class Problem>
__global__ void find_mixed_slopes(Problem p, mixed_rule rule, moment_lines<sums_of_problem<Problem>> lines,
                                  device_saved<Problem> saved, double upstream,
                                  moment_slopes<sums_of_problem<Problem>>* slopes) {
  constexpr int K = sums_of_problem<Problem>;
  const index_t a = warp_of_grid();
  if (a >= p.anchors.count) return;
  const left_out_pairs apart(p, rule, a);
  if (lane_of_warp() != 0) return;
  const bool used = saved.used[a] != 0;
  moment_slopes<K> to{};
  for (int k = 0; k < K; ++k) to.offset[k] = -minus_infinity<float>();
  for_each_position<Problem::count>([&](auto position) {
    constexpr int at = decltype(position)::value;
    using statistic = std::remove_cvref_t<decltype(get<at>(p.statistics))>;
    if constexpr (moment_statistic<statistic>::sums > 0) {
      if (!used) return;
      constexpr int k = moments_of<typename Problem::statistics_type>::template first<at>();
      const double adjoint = static_cast<double>(saved.adjoint[a * Problem::count + at]) * upstream;
      const found_slope found =
          moment_statistic<statistic>::slope(get<at>(p.statistics), get<at>(saved.reading[a]), adjoint, found_row{});
      to.negative[k] = static_cast<float>(found.negative);
      if (to.negative[k] != 0.0F)
        to.offset[k] = static_cast<float>(found.offset * log2_of_e - static_cast<double>(lines.plus[k]));
    }
  });
  const auto pull_of = [&](const left_out_pair& one) {
    if (!used || one.candidate < 0) return 0.0F;
    return static_cast<float>(upstream) *
           p.template logit_gradient<float>(saved.reading[a], saved.adjoint + a * Problem::count, one.pair);
  };
  to.pull = pull_of(apart.of[0]);
  rule.partner_pull[a] = pull_of(apart.of[1]);
  slopes[a] = to;
}

// a warp an anchor: adds what the candidates that tiles leave out pull to its gradient and to the sums of its row
template <class Problem>
__global__ void pull_left_out(Problem p, mixed_rule rule, const moment_slopes<sums_of_problem<Problem>>* slopes,
                              float* by_anchors, double* by_scale, double* by_bias) {
  const index_t a = warp_of_grid(), pitch = p.anchors.pitch();
  if (a >= p.anchors.count) return;
  const left_out_pairs apart(p, rule, a);
  const float pull[2] = {slopes[a].pull, rule.partner_pull[a]};
  for (int q = 0; q < 2; ++q) {
    if (pull[q] == 0.0F) continue;
    const float* row = p.candidates.row(apart.of[q].candidate);
    for (index_t k = lane_of_warp(); by_anchors != nullptr && k < p.anchors.width; k += warp_size)
      by_anchors[a * pitch + k] += pull[q] * p.scale * row[k];
    if (lane_of_warp() != 0) continue;
    by_scale[a] += static_cast<double>(pull[q]) * static_cast<double>(apart.of[q].similarity);
    by_bias[a] += static_cast<double>(pull[q]);
  }
}

// a warp a candidate: adds what the anchors that leave it out in tiles pull to its gradient, in the anchors' order:
// those whose own it is, then those whose partner's it is
template <class Problem>
__global__ void pull_as_left_out(Problem p, mixed_rule rule, key_groups by_own,
                                 const moment_slopes<sums_of_problem<Problem>>* slopes, float* by_candidates) {
  const index_t c = warp_of_grid(), pitch = p.candidates.pitch();
  if (c >= p.candidates.count) return;
  const int own = static_cast<int>(c);
  const auto add = [&](const key_groups& groups, auto&& pull_of) {
    const positive_rows are(groups, own, rule.key_of_candidate(own), rule.anchors, false);
    for (int k = 0; are.key >= 0 && k < are.members; ++k) {
      const int a = groups.member(are.key, k);
      const float pull = pull_of(a);
      if (pull == 0.0F) continue;
      for (index_t d = lane_of_warp(); d < p.anchors.width; d += warp_size)
        by_candidates[c * pitch + d] += p.scale * pull * p.anchors.row(a)[d];
    }
  };
  add(by_own, [&](int a) { return slopes[a].pull; });
  add(rule.by_partner, [&](int a) { return rule.partner_pull[a]; });
}

}  // namespace mixcon::gpu
