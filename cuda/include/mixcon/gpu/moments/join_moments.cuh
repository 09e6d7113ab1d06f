// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Between the tiles and the loss: what the splits saw of a row, and its positives, become the state of the loss's own
// statistics; and what the loss says of these becomes the factors of backward.

#include <mixcon/gpu/gather.cuh>
#include <mixcon/gpu/moments/moment_rows.cuh>
#include <mixcon/gpu/moments/positives.cuh>
#include <mixcon/gpu/tiles/tile_states.cuh>

namespace mixcon::gpu {

/// Whether a problem's kernels may be moments: tiles of plain logits or of a bias per candidate, a described rule,
/// statistics that take one or two sums of exponentials.
template <class Problem>
inline constexpr bool fits_moments = false;
template <class Problem>
requires(fits_tiles<Problem> && moment_logits<typename Problem::logits_type>::fits &&
         always_described<typename Problem::rule_type> && moments_of<typename Problem::statistics_type>::fits)
inline constexpr bool fits_moments<Problem> =
    !mixes_two_candidates<typename Problem::rule_type> || std::is_same_v<typename Problem::logits_type, plain_logits>;
template <class Problem>
inline constexpr int sums_of_problem = moments_of<typename Problem::statistics_type>::sums;
/// What the kernels of such a problem are given of its rule and its logits.
template <class Problem>
using moment_rule = std::conditional_t<mixes_two_candidates<typename Problem::rule_type>, mixed_rule,
                                       typename moment_logits<typename Problem::logits_type>::rule>;
template <class Problem>
MIXCON_HD double bias_of_all(const Problem& p) {
  if constexpr (is_biased<moment_rule<Problem>>)
    return 0;
  else
    return p.logits.bias;
}

/// The lines of a problem's sums.
template <class Problem>
moment_lines<sums_of_problem<Problem>> lines_of(const Problem& p) {
  moment_lines<sums_of_problem<Problem>> lines;
  for_each_position<Problem::count>([&](auto position) {
    constexpr int at = decltype(position)::value;
    using statistic = std::remove_cvref_t<decltype(get<at>(p.statistics))>;
    if constexpr (moment_statistic<statistic>::sums > 0) {
      constexpr int k = moments_of<typename Problem::statistics_type>::template first<at>();
      const double by = moment_statistic<statistic>::by(get<at>(p.statistics)) * log2_of_e;
      lines.times[k] = static_cast<float>(by * static_cast<double>(p.scale)), lines.by[k] = static_cast<float>(by);
      lines.plus[k] = static_cast<float>(by * static_cast<double>(static_cast<float>(bias_of_all(p))));
    }
  });
  return lines;
}

/// A row's positives.
struct seen_positives {
  int number = 0;
  double dots = 0;  // the sum of their similarities
  double target = 0;
  number_sum biases{};
};
template <class Problem, class Rule>
__device__ seen_positives see_positives(const Problem& p, const Rule& rule, const key_groups& of_candidates,
                                        const float* sums, index_t a) {
  const int own = static_cast<int>(a);
  const positive_rows are(of_candidates, own, rule.key_of_anchor(own), rule.candidates, rule.hides_self);
  seen_positives seen;
  seen.number = are.number();
  if (seen.number > 0) seen.target = rule.target_of(own);
  if constexpr (is_biased<Rule>) seen.biases = biases_of_positives(rule, of_candidates, are, own);
  if (seen.number > 0)
    visit_positive_rows(
        are, of_candidates, p.candidates, sums, [](int) { return 1.0F; },
        [&](const float* row, float times) {
          seen.dots += static_cast<double>(times) * dot_by_warp(p.anchors.row(a), row, p.anchors.width);
        });
  return seen;
}
template <class Problem>
__device__ found_row row_of_positives(const Problem& p, const seen_positives& seen) {
  found_row row;
  row.near_count = static_cast<float>(seen.number), row.target = seen.target;
  row.logits = static_cast<double>(p.scale) * seen.dots + static_cast<double>(seen.number) * bias_of_all(p);
  if constexpr (is_biased<moment_rule<Problem>>)
    row.logits = seen.biases.hidden > 0 ? minus_infinity<double>() : row.logits + seen.biases.sum;
  return row;
}
/// A single positive as a pair, whose logit is that of rows that were not rounded.
inline __device__ logit_pair<float> pair_of_single(const found_row& row) {
  return {static_cast<float>(row.logits), 1.0F, static_cast<float>(row.target), true};
}

/// Whether anchors may have candidates of their own, which are seen pair by pair.
template <class Problem>
inline constexpr bool has_own_pairs =
    requires(const typename Problem::rule_type& rule) { rule.template own<float>(index_t{}, index_t{}); };
/// The state of an anchor's own candidates, by the lanes of a warp.
template <class Problem>
__device__ typename Problem::state state_of_own(const Problem& p, index_t a) {
  using state = typename Problem::state;
  state own{};
  for (index_t j = lane_of_warp(); j < p.own_count; j += warp_size) {
    const auto pair = pair_at(p, a, j).pair;
    own.make_room(p.statistics, pair);
    own.observe(p.statistics, pair);
  }
  return merged_by_warp(own, [&](state& first, const state& next) { first.merge(p.statistics, next); });
}

/// What tiles found of sum k. meets, top: the sum is about to meet a pair of this logit, which is
/// observed; where that is the larger, the loss may be near 0 and about the sum itself, which then has its shift.
template <int K>
__device__ found_moment sums_of_tiles(const moment_part<K>& whole, const moment_lines<K>& lines, int k, bool meets,
                                      double top) {
  const double shift = (static_cast<double>(whole.shift[k]) + static_cast<double>(lines.plus[k])) / log2_of_e;
  found_moment moment;
  moment.shift = static_cast<float>(shift);
  double unit = 1;
  if (meets && whole.negative[k] > 0.0F && top > shift + mixcon::log_of(static_cast<double>(whole.negative[k]))) {
    moment.shift = static_cast<float>(top);
    unit = mixcon::exp_of(shift - top);
  } else if (!is_minus_infinity(moment.shift)) {
    unit += shift - static_cast<double>(moment.shift);  // what rounding the shift took
  }
  moment.negative = static_cast<float>(static_cast<double>(whole.negative[k]) * unit);
  moment.positive = static_cast<float>(static_cast<double>(whole.positive[k]) * unit);
  return moment;
}

// a warp a row: merges what the splits saw, in their order, and adds the positives.  writes states, sees
template <class Problem, class Rule>
__global__ void join_moments(Problem p, Rule rule, key_groups of_candidates, const float* sums,
                             moment_lines<sums_of_problem<Problem>> lines, int splits,
                             const moment_part<sums_of_problem<Problem>>* part, row_work<Problem> work) {
  constexpr int K = sums_of_problem<Problem>;
  const index_t a = warp_of_grid(), rows = p.anchors.count;
  if (a >= rows) return;
  moment_part<K> whole = part[a];
  for (int s = 1; s < splits; ++s) add_moments(whole, part[s * rows + a]);
  const seen_positives seen = see_positives(p, rule, of_candidates, sums, a);
  found_row row = row_of_positives(p, seen);
  row.far_count = static_cast<float>(
      moments::far_count(rule, of_candidates, static_cast<int>(a), static_cast<int>(p.candidates.count)));
  [[maybe_unused]] int hidden = 0;  // visible, but of no logit that sees anything
  if constexpr (is_biased<Rule>) {
    const int far = hidden_negatives(rule, of_candidates, static_cast<int>(a), static_cast<int>(p.candidates.count),
                                     static_cast<int>(row.far_count));
    hidden = seen.biases.hidden + (Problem::hides ? 0 : far);
    if (Problem::hides) row.far_count -= static_cast<float>(far);
  }
  const bool is_single = seen.number == 1;
  const logit_pair<float> single = pair_of_single(row);
  if (is_single) row.near_count = 0;

  typename Problem::state state{};
  for_each_position<Problem::count>([&](auto position) {
    constexpr int at = decltype(position)::value;
    using statistic = std::remove_cvref_t<decltype(get<at>(p.statistics))>;
    found_moment moment;
    if constexpr (moment_statistic<statistic>::sums > 0) {
      constexpr int k = moments_of<typename Problem::statistics_type>::template first<at>();
      moment = sums_of_tiles(whole, lines, k, moment_statistic<statistic>::meets_single && is_single, row.logits);
      if (is_single) moment.positive = 0.0F;
      if constexpr (is_biased<Rule>)  // tiles leave these out, which are 0 of a rising f(x)
        if (!is_single && seen.biases.hidden > 0 && lines.by[k] < 0.0F) moment.positive = -minus_infinity<float>();
    }
    moment_statistic<statistic>::fill(get<at>(p.statistics), get<at>(state.of), moment, row);
  });
  state.seen.positives = row.near_count, state.seen.negatives = row.far_count;
  state.seen.visible = row.near_count + row.far_count;
  if (is_single) {
    state.make_room(p.statistics, single);
    state.observe(p.statistics, single);
  }
  if constexpr (has_own_pairs<Problem>)
    if (p.own_count > 0) state.merge(p.statistics, state_of_own(p, a));
  if (lane_of_warp() != 0) return;
  work.states[a] = state, work.sees[a] = state.seen.visible > static_cast<float>(hidden) ? 1 : 0;
}

/// What backward knows of an anchor: a pair's slope by its logit is `negative` (or `positive`) times 2^(similarity
/// times - offset), for each sum, and `pull` is added for every positive.
template <int K>
struct moment_slopes {
  float offset[static_cast<unsigned>(K)], negative[static_cast<unsigned>(K)], positive[static_cast<unsigned>(K)], pull;
};

// a warp a row.  writes slopes (N)
template <class Problem, class Rule>
__global__ void find_moment_slopes(Problem p, Rule rule, key_groups of_candidates, const float* sums,
                                   moment_lines<sums_of_problem<Problem>> lines, device_saved<Problem> saved,
                                   double upstream, moment_slopes<sums_of_problem<Problem>>* slopes) {
  constexpr int K = sums_of_problem<Problem>;
  const index_t a = warp_of_grid();
  if (a >= p.anchors.count) return;
  const seen_positives seen = see_positives(p, rule, of_candidates, sums, a);
  const found_row row = row_of_positives(p, seen);
  const bool is_single = seen.number == 1, used = saved.used[a] != 0;
  moment_slopes<K> to{};
  for (int k = 0; k < K; ++k) to.offset[k] = -minus_infinity<float>();
  double pull = 0;
  for_each_position<Problem::count>([&](auto position) {
    constexpr int at = decltype(position)::value;
    using statistic = std::remove_cvref_t<decltype(get<at>(p.statistics))>;
    if (!used) return;
    const double adjoint = static_cast<double>(saved.adjoint[a * Problem::count + at]) * upstream;
    const found_slope found =
        moment_statistic<statistic>::slope(get<at>(p.statistics), get<at>(saved.reading[a]), adjoint, row);
    pull += found.pull;
    if constexpr (moment_statistic<statistic>::sums > 0) {
      constexpr int k = moments_of<typename Problem::statistics_type>::template first<at>();
      to.negative[k] = static_cast<float>(found.negative),
      to.positive[k] = is_single ? 0.0F : static_cast<float>(found.positive);
      if (to.negative[k] != 0.0F || to.positive[k] != 0.0F)
        to.offset[k] = static_cast<float>(found.offset * log2_of_e - static_cast<double>(lines.plus[k]));
    }
  });
  to.pull = seen.number > 0 ? static_cast<float>(pull) : 0.0F;
  if (is_single && used)  // by the library's own words, exact near 0
    to.pull =
        static_cast<float>(upstream) *
        p.template logit_gradient<float>(saved.reading[a], saved.adjoint + a * Problem::count, pair_of_single(row));
  if (lane_of_warp() == 0) slopes[a] = to;
}

}  // namespace mixcon::gpu
