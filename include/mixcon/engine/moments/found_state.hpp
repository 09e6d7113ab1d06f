// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Which problems of the host are moments, and how an anchor's sums and positives become the state of its statistics.

#include <mixcon/contrast/logits.hpp>
#include <mixcon/engine/call/problem.hpp>
#include <mixcon/engine/moments/groups.hpp>
#include <mixcon/engine/moments/moment_statistics.hpp>

#include <cmath>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::moments {

/// Whether the host's engine may take a problem's pairs as moments: products of rows, plain logits, a described rule,
/// statistics that take one or two sums of exponentials.
template <class Problem>
inline constexpr bool fits_moments = [] {
  if constexpr (Problem::is_given || !Problem::linear || !std::is_same_v<typename Problem::logits_type, plain_logits>)
    return false;
  else
    return described<typename Problem::rule_type>::fits && moments_of<typename Problem::statistics_type>::fits;
}();
template <class Problem>
inline constexpr int sums_of_problem = moments_of<typename Problem::statistics_type>::sums;

/// f(x) log2(e) = similarity * times + plus, for each of K sums of exponentials.
template <int K>
struct sum_lines {
  double times[static_cast<unsigned>(K)]{}, plus[static_cast<unsigned>(K)]{};
};
template <class Problem>
sum_lines<sums_of_problem<Problem>> sum_lines_of(const Problem& p) {
  sum_lines<sums_of_problem<Problem>> lines;
  for_each_position<Problem::count>([&](auto position) {
    constexpr int at = decltype(position)::value;
    using statistic = std::remove_cvref_t<decltype(get<at>(p.statistics))>;
    if constexpr (moment_statistic<statistic>::sums > 0) {
      constexpr int k = moments_of<typename Problem::statistics_type>::template first<at>();
      const double by = moment_statistic<statistic>::by(get<at>(p.statistics)) * log2_of_e;
      lines.times[k] = by * static_cast<double>(p.scale), lines.plus[k] = by * p.logits.bias;
    }
  });
  return lines;
}
/// Whether all exponentials without a shift are normal numbers, and so are their sums: `most` is no less than any
/// similarity is in size.
template <class T, int K>
bool needs_no_shift(const sum_lines<K>& lines, double most) {
  constexpr double room = sizeof(T) == sizeof(float) ? 96 : 960;
  bool fits = true;
  for (int k = 0; k < K; ++k) {
    fits = fits && lines.times[k] * most <= room && lines.times[k] * most >= -room;
    fits = fits && lines.plus[k] <= 1e30 && lines.plus[k] >= -1e30;
  }
  return fits;
}

/// An anchor's sums of 2^(similarity times), over its negatives and its positives.
template <int K>
struct pair_sums {
  double far[static_cast<unsigned>(K)]{}, near[static_cast<unsigned>(K)]{};
};
/// An anchor's positives: how many, and the sum of their similarities.
struct seen_positives {
  int number = 0;
  double dots = 0;
};

/// The state that an anchor's statistics have of its shared candidates. A single positive is observed with its own
/// logit, by the library's own words.
template <class Problem, class T = typename Problem::number>
detail::state_of<Problem> state_of_sums(const Problem& p, const sum_lines<sums_of_problem<Problem>>& lines,
                                        const pair_sums<sums_of_problem<Problem>>& sums, const seen_positives& seen,
                                        double target, int negatives) {
  found_row<T> row;
  row.far_count = static_cast<T>(negatives), row.near_count = static_cast<T>(seen.number), row.target = target;
  row.logits = static_cast<double>(p.scale) * seen.dots + seen.number * p.logits.bias;
  const bool is_single = seen.number == 1;
  const logit_pair<T> single{static_cast<T>(row.logits), T(1), static_cast<T>(target), true};
  if (is_single) row.near_count = 0;
  detail::state_of<Problem> state{};
  for_each_position<Problem::count>([&](auto position) {
    constexpr int at = decltype(position)::value;
    using statistic = std::remove_cvref_t<decltype(get<at>(p.statistics))>;
    using words = moment_statistic<statistic>;
    found_moment<T> moment;
    if constexpr (words::sums > 0) {
      constexpr int k = moments_of<typename Problem::statistics_type>::template first<at>();
      const double near = is_single ? 0 : sums.near[k], size = words::size(sums.far[k], near, target);
      moment.shift = minus_infinity<T>();
      if (size > 0) {
        int power = 0;  // sums in units of 2^power are about 1
        static_cast<void>(std::frexp(size, &power));
        const double shift = (lines.plus[k] + power) / log2_of_e;
        double unit = std::ldexp(1.0, -power);
        if (words::meets_single && is_single && row.logits > shift) {
          moment.shift = single.x;  // then the loss, near 0, is about the sum itself
          unit *= mixcon::exp_of(shift - static_cast<double>(single.x));
        } else {
          moment.shift = static_cast<T>(shift);
          unit += unit * (shift - static_cast<double>(moment.shift));  // what rounding the shift took
        }
        moment.far = static_cast<T>(sums.far[k] * unit), moment.near = static_cast<T>(near * unit);
      }
    }
    words::fill(get<at>(p.statistics), get<at>(state.of), moment, row);
  });
  state.seen.positives = row.near_count, state.seen.negatives = row.far_count;
  state.seen.visible = row.near_count + row.far_count;
  if (is_single) {
    state.make_room(p.statistics, single);
    state.observe(p.statistics, single);
  }
  return state;
}

}  // namespace mixcon::moments

MIXCON_STRICT_FLOATS_END
