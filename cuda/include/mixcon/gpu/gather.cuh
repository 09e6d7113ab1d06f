// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kernels of the forward pass: gather a row's statistics, read them, evaluate formulas, add up over rows.

#include <mixcon/gpu/outcome.hpp>
#include <mixcon/gpu/pairs.cuh>

namespace mixcon::gpu {

/// What the forward kernels leave each other of one direction, in the workspace.
template <class Problem>
struct row_work {
  using T = typename Problem::T;
  typename Problem::state* states;  // (N)
  char* sees;                       // (N): has a candidate of weight > 0 and of a logit above -infinity, or NaN
  unsigned char* flags;             // (N): of row_flag
  double *value, *divisor;          // (N, terms): what each row's formulas come to
  double* factor;                   // (terms): d loss / d (a term's sum of values)
  T* by_scale;                      // (N): d loss / d logit scale that the formulas hold
  direction_outcome* outcome;
};
enum row_flag : unsigned {
  counts_flag = 1,
  complete_flag = 2,
  positive_flag = 4,
  doubtful_flag = 8,
  row_flag_of_anchor = 16
};

/// What a warp does for row a: lanes stride over its pairs, pair_of(c), and meet once.
template <class Problem, class PairOf>
__device__ void gather_pairs(const Problem& p, const row_work<Problem>& work, index_t a, PairOf&& pair_of) {
  using state = typename Problem::state;
  constexpr int at_once = 32;  // pairs that a part takes before it is merged: long sums lose few digits
  state whole{}, part{};
  int taken = 0, sees = 0;
  for (index_t c = lane_of_warp(); c < p.pairs(); c += warp_size) {
    const auto pair = pair_of(c).pair;
    sees |= pair.weight > typename Problem::T(0) && !is_minus_infinity(pair.x) ? 1 : 0;
    part.make_room(p.statistics, pair);
    part.observe(p.statistics, pair);
    if (++taken == at_once) {
      whole.merge(p.statistics, part);
      part = state{};
      taken = 0;
    }
  }
  whole.merge(p.statistics, part);
  whole = merged_by_warp(whole, [&](state& first, const state& next) { first.merge(p.statistics, next); });
  sees = merged_by_warp(sees, [](int& first, const int& next) { first |= next; });
  if (lane_of_warp() == 0) work.states[a] = whole, work.sees[a] = static_cast<char>(sees);
}

// a warp a row
template <class Problem>
__global__ void gather_rows(Problem p, row_work<Problem> work) {
  const index_t a = warp_of_grid();
  if (a < p.anchors.count) gather_pairs(p, work, a, [&](index_t c) { return pair_at(p, a, c); });
}

/// Writes a row's values and divisors; whether a value is the logarithm of an empty sum, or a difference of such.
template <class Problem, class Total>
__device__ bool write_total(const row_work<Problem>& work, index_t a, const Total& total) {
  bool doubtful = false;
  for (int n = 0; n < Problem::terms; ++n) {
    const double value = static_cast<double>(total.value[n]);
    work.value[a * Problem::terms + n] = value;
    work.divisor[a * Problem::terms + n] = static_cast<double>(total.divisor[n]);
    doubtful = doubtful || is_minus_infinity(value) || mixcon::is_nan(value);
  }
  return doubtful;
}

// a thread a row: whether it counts, its readings, and where each anchor has a formula, what that comes to
template <class Problem>
__global__ void read_rows(Problem p, row_work<Problem> work, device_saved<Problem> saved) {
  using T = typename Problem::T;
  const index_t a = thread_of_grid();
  if (a >= p.anchors.count) return;
  const bool is_anchor = !p.skips(a);
  const auto use = mixcon::detail::use_of_row<typename Problem::Loss>(p.policy, work.states[a].seen, p.weight_of(a));
  const bool counts = is_anchor && use.counts;
  unsigned flags = (counts ? counts_flag : 0U) | (is_anchor && use.complete ? complete_flag : 0U) |
                   (use.has_positive ? positive_flag : 0U) | (is_anchor ? row_flag_of_anchor : 0U);
  if constexpr (Problem::scope != each::batch) saved.reading[a] = work.states[a].read(p.statistics, a);
  mixcon::detail::row_total<T, Problem::terms> total{};
  if constexpr (Problem::scope == each::anchor)
    if (counts)
      total = mixcon::detail::total_of_formula<T, Problem::terms>(
          mixcon::detail::formula_of_row(p.rules(), saved.reading[a]), static_cast<T>(p.weight_of(a)));
  if (write_total(work, a, total)) flags |= doubtful_flag;
  work.flags[a] = static_cast<unsigned char>(flags);
  saved.counts[a] = saved.used[a] = counts ? 1 : 0;
}

// one warp, for a formula of the batch: merges the rows that count, in parts that follow each other
template <class Problem>
__global__ void merge_rows(Problem p, row_work<Problem> work, device_saved<Problem> saved) {
  using T = typename Problem::T;
  using state = typename Problem::state;
  const index_t rows = p.anchors.count, each_lane = (rows + warp_size - 1) / warp_size;
  const index_t begin = lane_of_warp() * each_lane, end = begin + each_lane < rows ? begin + each_lane : rows;
  state batch{};
  index_t first = rows;
  for (index_t a = begin; a < end; ++a) {
    if (!saved.counts[a]) continue;
    if (first == rows) first = a;
    batch.merge(p.statistics, work.states[a]);
  }
  batch = merged_by_warp(batch, [&](state& one, const state& next) { one.merge(p.statistics, next); });
  first = merged_by_warp(first, [](index_t& one, const index_t& next) { one = next < one ? next : one; });
  const auto reading = batch.read(p.statistics, 0);
  for (index_t a = begin; a < end; ++a) saved.reading[a] = reading;
  if (lane_of_warp() != 0 || first == rows) return;
  const auto total =
      mixcon::detail::total_of_formula<T, Problem::terms>(mixcon::detail::formula_of_row(p.rules(), reading), T(1));
  if (write_total(work, first, total)) work.flags[first] |= doubtful_flag;
}

// a warp a row, for a formula of each positive: adds up what its formulas come to
template <class Problem>
__global__ void evaluate_positives(Problem p, row_work<Problem> work, device_saved<Problem> saved) {
  using T = typename Problem::T;
  using total = mixcon::detail::row_total<T, Problem::terms>;
  const index_t a = warp_of_grid();
  if (a >= p.anchors.count || !saved.counts[a]) return;
  total sum{};
  for (index_t c = lane_of_warp(); c < p.pairs(); c += warp_size) {
    const auto pair = pair_at(p, a, c).pair;
    if (!pair.positive) continue;
    const auto one = mixcon::detail::total_of_formula<T, Problem::terms>(formula_at(p, saved, a, c, pair.x),
                                                                         static_cast<T>(p.weight_of(a)));
    for (int n = 0; n < Problem::terms; ++n) sum.value[n] += one.value[n], sum.divisor[n] += one.divisor[n];
  }
  sum = merged_by_warp(sum, [](total& x, const total& y) {
    for (int n = 0; n < Problem::terms; ++n) x.value[n] += y.value[n], x.divisor[n] += y.divisor[n];
  });
  if (lane_of_warp() == 0 && write_total(work, a, sum)) work.flags[a] |= doubtful_flag;
}

// a thread a row: d loss / d statistic, where each anchor or the batch has a formula
template <class Problem>
__global__ void differentiate_rows(Problem p, row_work<Problem> work, device_saved<Problem> saved) {
  using T = typename Problem::T;
  using traits = loss_traits<typename Problem::Loss>;
  const index_t a = thread_of_grid();
  if (a >= p.anchors.count) return;
  T adjoint[static_cast<unsigned>(Problem::count > 0 ? Problem::count : 1)] = {}, by_scale = 0;
  if (saved.counts[a]) {
    T share[static_cast<unsigned>(Problem::terms)];
    for (int n = 0; n < Problem::terms; ++n) share[n] = static_cast<T>(work.factor[n]) * static_cast<T>(p.weight_of(a));
    const auto answer = mixcon::detail::formula_of_row(p.rules(), saved.reading[a]);
    mixcon::detail::add_formula_slopes<Problem::count, Problem::terms>(adjoint, 0, share, answer);
    for (int n = 0; n < Problem::terms; ++n) by_scale += share[n] * answer.of[n].value.partial[traits::inputs];
    if (Problem::scope == each::batch && a != work.outcome->first_counting) by_scale = 0;
  }
  for (int k = 0; k < Problem::count; ++k) saved.adjoint[a * Problem::count + k] = adjoint[k];
  work.by_scale[a] = by_scale;
}

// a thread a row: d loss / d (a formula's value), where each positive or triplet has one
template <class Problem>
__global__ void share_rows(Problem p, row_work<Problem> work, device_saved<Problem> saved) {
  using T = typename Problem::T;
  const index_t a = thread_of_grid();
  if (a >= p.anchors.count) return;
  for (int n = 0; n < Problem::terms; ++n)
    saved.share[a * Problem::terms + n] =
        saved.counts[a] ? static_cast<T>(work.factor[n]) * static_cast<T>(p.weight_of(a)) : T(0);
}

/// What the formulas of one row's positives say of a row: of its statistics, and of the logit scale.
template <class T, int Count>
struct row_slopes {
  T adjoint[static_cast<unsigned>(Count > 0 ? Count : 1)]{}, by_scale{};
};

// a warp a row, for a formula of each positive: d loss / d statistic, also of the row as another one's positive, which
// it pulls from the anchors that have it as one: no two warps write to a row
template <class Problem>
__global__ void differentiate_positives(Problem p, row_work<Problem> work, device_saved<Problem> saved) {
  using T = typename Problem::T;
  using traits = loss_traits<typename Problem::Loss>;
  using slopes = row_slopes<T, Problem::count>;
  const index_t a = warp_of_grid();
  if (a >= p.anchors.count) return;
  slopes mine;
  for (index_t c = lane_of_warp(); saved.counts[a] && c < p.pairs(); c += warp_size) {
    const auto pair = pair_at(p, a, c).pair;
    if (!pair.positive) continue;
    const auto answer = formula_at(p, saved, a, c, pair.x);
    const T* share = saved.share + a * Problem::terms;
    mixcon::detail::add_formula_slopes<Problem::count, Problem::terms>(mine.adjoint, 1, share, answer);
    for (int n = 0; n < Problem::terms; ++n) mine.by_scale += share[n] * answer.of[n].value.partial[traits::inputs];
  }
  if constexpr (traits::both_ends)
    for (index_t b = lane_of_warp(); b < p.anchors.count; b += warp_size) {
      if (!saved.counts[b] || !p.is_positive(b, a)) continue;
      const auto answer = formula_at(p, saved, b, a, pair_at(p, b, a).pair.x);
      mixcon::detail::add_formula_slopes<Problem::count, Problem::terms>(mine.adjoint, 1 + Problem::count,
                                                                         saved.share + b * Problem::terms, answer);
    }
  mine = merged_by_warp(mine, [](slopes& one, const slopes& next) {
    for (int k = 0; k < Problem::count; ++k) one.adjoint[k] += next.adjoint[k];
    one.by_scale += next.by_scale;
  });
  if (lane_of_warp() != 0) return;
  bool used = saved.counts[a] != 0;
  for (int k = 0; k < Problem::count; ++k) {
    saved.adjoint[a * Problem::count + k] = mine.adjoint[k];
    used = used || mine.adjoint[k] != T(0);
  }
  saved.used[a] = used ? 1 : 0;
  work.by_scale[a] = mine.by_scale;
}

}  // namespace mixcon::gpu
