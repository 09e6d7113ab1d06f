// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Which statistics are sums of exponentials over negatives and positives, and sums that are linear over positives: how
// their states are made of such sums, and what they say of a pair's weight.

#include <mixcon/contrast/statistics.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::moments {

constexpr double log2_of_e = 1.4426950408889634;

/// What loops find of one anchor, whose states are of type T. `negative`, `positive`: sums of e^(f(x) - shift) over its
/// negatives and positives, for one statistic; a single positive is not in `positive`, since it is observed with its
/// own logit.
template <class T>
struct found_moment {
  T shift = 0, negative = 0, positive = 0;
};
template <class T>
struct found_row {
  T far_count = 0, near_count = 0;
  double logits = 0;  // the sum of its positives' logits
  double target = 0;  // of each positive
};
/// What backward multiplies: the slope of a pair is `negative` (or `positive`) times e^(f(x) - offset), and every
/// positive's has `pull` added.
struct found_slope {
  double offset = 0, negative = 0, positive = 0, pull = 0;
};

template <class Set>
inline constexpr bool is_known_set =
    std::is_same_v<Set, over::all_candidates> || std::is_same_v<Set, over::all_negatives> ||
    std::is_same_v<Set, over::all_positives> || std::is_same_v<Set, over::all_targets>;
template <class Set>
inline constexpr bool is_of_positives =
    std::is_same_v<Set, over::all_positives> || std::is_same_v<Set, over::all_targets>;
/// How often a set counts a negative, and a positive of this target.
template <class Set>
MIXCON_HD double far_weight() {
  return is_of_positives<Set> ? 0 : 1;
}
template <class Set>
MIXCON_HD double near_weight(double target) {
  return std::is_same_v<Set, over::all_targets> ? target : std::is_same_v<Set, over::all_negatives> ? 0 : 1;
}

/// What is known of a type of statistics: `fits`, and `sums`, how many sums of exponentials it takes. Then
///   by(statistic)                              f(x) = by x, where it sums exponentials
///   meets_single                               whether its value may be near 0 at a single positive
///   size(negative, positive, target)            of sums over negatives and positives, that which its state holds
///   fill(statistic, state, moment, row)        the state of what was found
///   slope(statistic, reading, adjoint, row)    adjoint times the statistic's slope, as a found_slope
template <class Statistic>
struct moment_statistic {
  static constexpr bool fits = false;
  static constexpr int sums = 0;
};
template <>
struct moment_statistic<cross_entropy> {
  static constexpr bool fits = true;
  static constexpr int sums = 1;
  static constexpr bool meets_single = true;
  static double by(const cross_entropy&) { return 1; }
  static double size(double negative, double positive, double) { return negative + positive; }
  template <class T>
  MIXCON_HD static void fill(const cross_entropy&, cross_entropy::state<T>& state, const found_moment<T>& moment,
                             const found_row<T>& row) {
    const auto number = static_cast<double>(row.near_count);
    state.shift = moment.shift, state.negatives = moment.negative, state.positives = moment.positive;
    state.number = row.near_count;
    if (number == 0) return;
    state.attraction = static_cast<T>(row.target * (row.logits - number * static_cast<double>(moment.shift)));
    state.mass = static_cast<T>(row.target * number), state.place = static_cast<T>(row.logits);
  }
  template <class T>
  MIXCON_HD static found_slope slope(const cross_entropy&, const cross_entropy::reading<T>& reading, double adjoint,
                                     const found_row<T>& row) {
    const double coefficient = reading.mass == T(0) ? 0.0 : adjoint * static_cast<double>(reading.share);
    return {static_cast<double>(reading.origin), coefficient, coefficient, -adjoint * row.target};
  }
};
template <class Set>
requires(is_known_set<Set>)
struct moment_statistic<log_sum_exp<Set, times>> {
  using statistic = log_sum_exp<Set, times>;
  static constexpr bool fits = true;
  static constexpr int sums = 1;
  static constexpr bool meets_single = false;
  static double by(const statistic& of) { return of.of.by; }
  static double size(double negative, double positive, double target) {
    return far_weight<Set>() * negative + near_weight<Set>(target) * positive;
  }
  template <class T>
  MIXCON_HD static void fill(const statistic&, typename statistic::template state<T>& state,
                             const found_moment<T>& moment, const found_row<T>& row) {
    const T negative = is_of_positives<Set> ? T(0) : moment.negative;
    const auto positive = static_cast<T>(near_weight<Set>(row.target));
    state.shift = moment.shift, state.sum = positive == T(0) ? negative : negative + positive * moment.positive;
  }
  template <class T>
  MIXCON_HD static found_slope slope(const statistic& of, const detail::plain_reading<T>& reading, double adjoint,
                                     const found_row<T>& row) {
    if (is_minus_infinity(reading.value)) return {};
    const double coefficient = adjoint * of.of.by;
    return {static_cast<double>(reading.value), coefficient * far_weight<Set>(),
            coefficient * near_weight<Set>(row.target), 0.0};
  }
};
template <class Set>
requires(is_of_positives<Set>)
struct moment_statistic<sum_of<Set, logit_itself>> {
  static constexpr bool fits = true;
  static constexpr int sums = 0;
  template <class T>
  MIXCON_HD static void fill(const sum_of<Set, logit_itself>&, detail::running_sum<T>& state, const found_moment<T>&,
                             const found_row<T>& row) {
    const double weight = near_weight<Set>(row.target);
    if (row.near_count > T(0) && weight != 0) state.sum = static_cast<T>(weight * row.logits);
  }
  template <class T>
  MIXCON_HD static found_slope slope(const sum_of<Set, logit_itself>&, const detail::plain_reading<T>&, double adjoint,
                                     const found_row<T>& row) {
    return {0, 0, 0, adjoint * near_weight<Set>(row.target)};
  }
};
template <class Set>
requires(is_known_set<Set>)
struct moment_statistic<count_of<Set>> {
  static constexpr bool fits = true;
  static constexpr int sums = 0;
  template <class T>
  MIXCON_HD static void fill(const count_of<Set>&, detail::running_sum<T>& state, const found_moment<T>&,
                             const found_row<T>& row) {
    state.sum = static_cast<T>(far_weight<Set>()) * row.far_count +
                static_cast<T>(near_weight<Set>(row.target)) * row.near_count;
  }
  template <class T>
  MIXCON_HD static found_slope slope(const count_of<Set>&, const detail::plain_reading<T>&, double,
                                     const found_row<T>&) {
    return {};
  }
};
template <>
struct moment_statistic<per_anchor> {
  static constexpr bool fits = true;
  static constexpr int sums = 0;
  template <class T>
  MIXCON_HD static void fill(const per_anchor&, per_anchor::state<T>&, const found_moment<T>&, const found_row<T>&) {}
  template <class T>
  MIXCON_HD static found_slope slope(const per_anchor&, const detail::plain_reading<T>&, double, const found_row<T>&) {
    return {};
  }
};

/// The same of all statistics of a loss.
template <class Statistics>
struct moments_of;
template <class... S>
struct moments_of<pack<S...>> {
  static constexpr int sums = (0 + ... + moment_statistic<S>::sums);
  static constexpr bool fits = (moment_statistic<S>::fits && ...) && (sums == 1 || sums == 2);
  /// The number of statistic k's sum among all sums.
  template <int k>
  static MIXCON_HD constexpr int first() {
    int number = 0, at = 0;
    ((number += at++ < k ? moment_statistic<S>::sums : 0), ...);
    return number;
  }
};

}  // namespace mixcon::moments

MIXCON_STRICT_FLOATS_END
