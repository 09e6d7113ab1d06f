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

/// f(x) log2(e) = similarity * times + plus, for each of K sums of exponentials. These are 2^(similarity times -
/// shift).
template <int K>
struct sum_lines {
  double times[static_cast<unsigned>(K)]{}, plus[static_cast<unsigned>(K)]{}, shift[static_cast<unsigned>(K)]{};
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
/// How far exponents of 2 may go in T: up to `most`, sums included; below `least` an exponential is about 2^least.
template <class T>
struct exponent_range {
  static constexpr bool is_float = sizeof(T) == sizeof(float);
  static constexpr double most = is_float ? 96 : 960, least = is_float ? -125 : -1021, digits = is_float ? 24 : 53;
};
/// Chooses one shift for all pairs, given that no similarity is larger than `bound`; whether that may do. Up to
/// `exponent_range::most` it is 0, and all exponentials are normal numbers. Somewhat beyond, exponentials that are lost
/// do not matter unless all others of their sum are as small, which is asked when sums are there.
template <class T, int K>
bool choose_shift(sum_lines<K>& lines, double bound, index_t pairs) {
  using range = exponent_range<T>;
  bool fits = true;
  for (int k = 0; k < K; ++k) {
    const double top = (lines.times[k] < 0 ? -lines.times[k] : lines.times[k]) * bound;
    const double room = range::most - range::digits - std::log2(static_cast<double>(pairs) + 1);
    lines.shift[k] = top <= range::most ? 0 : std::ceil(top - range::most);
    fits = fits && lines.shift[k] <= room && lines.plus[k] <= 1e30 && lines.plus[k] >= -1e30;
  }
  return fits;
}
/// Whether a sum is right to the last digits, whatever was lost of its terms.
template <class T>
bool is_safe_sum(double sum, double shift, index_t pairs) {
  using range = exponent_range<T>;
  return shift == 0 || sum == 0 ||
         sum > std::ldexp(static_cast<double>(pairs), static_cast<int>(range::least + range::digits + 1));
}

/// An anchor's sums of 2^(similarity times - shift), over its negatives and its positives.
template <int K>
struct pair_sums {
  double negative[static_cast<unsigned>(K)]{}, positive[static_cast<unsigned>(K)]{};

  /// `positives`: how many. A single one's sum is not used.
  template <class T>
  bool are_safe(const sum_lines<K>& lines, int positives, index_t pairs) const {
    bool safe = true;
    for (int k = 0; k < K; ++k)
      safe = safe && is_safe_sum<T>(negative[k], lines.shift[k], pairs) &&
             (positives < 2 || is_safe_sum<T>(positive[k], lines.shift[k], pairs));
    return safe;
  }
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
      const double positive = is_single ? 0 : sums.positive[k], size = words::size(sums.negative[k], positive, target);
      moment.shift = minus_infinity<T>();
      if (size > 0) {
        int power = 0;  // sums in units of 2^power are about 1
        static_cast<void>(std::frexp(size, &power));
        const double shift = (lines.plus[k] + lines.shift[k] + power) / log2_of_e;
        double unit = std::ldexp(1.0, -power);
        if (words::meets_single && is_single && row.logits > shift) {
          moment.shift = single.x;  // then the loss, near 0, is about the sum itself
          unit *= mixcon::exp_of(shift - static_cast<double>(single.x));
        } else {
          moment.shift = static_cast<T>(shift);
          unit += unit * (shift - static_cast<double>(moment.shift));  // what rounding the shift took
        }
        moment.negative = static_cast<T>(sums.negative[k] * unit), moment.positive = static_cast<T>(positive * unit);
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
