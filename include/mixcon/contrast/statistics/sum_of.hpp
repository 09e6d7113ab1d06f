// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Two statistics: the sum of a function of the logit over a set of pairs, and the number of these pairs.

#include <mixcon/contrast/statistics/function_of_logit.hpp>
#include <mixcon/contrast/statistics/reading.hpp>
#include <mixcon/core/number/kept_sum.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {
/// A sum that pairs are added to: the state of statistics that need no more. Merging keeps what rounding loses.
template <class T>
struct running_sum {
  T sum{}, lost{};
  template <int Parts>
  MIXCON_HD auto part(int k) const {
    return running_sum<decltype(mixcon::part<Parts>(sum, k))>{mixcon::part<Parts>(sum, k),
                                                              mixcon::part<Parts>(lost, k)};
  }
};
/// Whether lanes hold no pair of a set of few, so that a function which costs much is left out.
template <class Set, class F, class T>
MIXCON_HD bool leaves_out([[maybe_unused]] const T& weight) {
  if constexpr (!std::is_same_v<F, logit_itself> &&
                (std::is_same_v<Set, over::all_positives> || std::is_same_v<Set, over::all_targets>))
    return has_none(weight != T(0));
  else
    return false;
}
template <class T>
MIXCON_HD void merge_sums(running_sum<T>& s, const running_sum<T>& other) {
  add_kept_or_infinite(s.sum, s.lost, other.sum);
  s.lost += other.lost;
}
}  // namespace detail

/// Statistic: sum w f(x) over the pairs of `Set`; 0 when none enters. `f` is x unless said.
template <class Set, class F = logit_itself>
struct sum_of {
  static constexpr const char* name = "sum_of";

  Set set{};
  F of{};

  template <class T>
  using state = detail::running_sum<T>;
  template <class T>
  using reading = detail::plain_reading<T>;

  template <class T>
  MIXCON_HD T contribution(const logit_pair<T>& p, const T&) const {
    const T weight = set(p);
    if (detail::leaves_out<Set, F>(weight)) return T(0);
    return choose(weight == T(0), T(0), weight * detail::value_of(of, p));
  }
  template <class T>
  MIXCON_HD void add(state<T>& s, const T& contributions) const {
    s.sum += contributions;
  }
  template <class T>
  MIXCON_HD void observe(state<T>& s, const logit_pair<T>& p) const {
    add(s, contribution(p, T(0)));
  }
  template <class T>
  MIXCON_HD void merge(state<T>& s, const state<T>& other) const {
    detail::merge_sums(s, other);
  }
  template <class T>
  MIXCON_HD void settle(state<T>& s) const {
    s.sum += s.lost, s.lost = T(0);
  }
  /// `merge` of a few settled states: what rounding loses is let go.
  template <class T>
  MIXCON_HD void join(state<T>& s, const state<T>& other) const {
    s.sum += other.sum;
  }
  template <class T>
  MIXCON_HD reading<T> read(const state<T>& s) const {
    return {s.sum + s.lost};
  }
  template <class T>
  MIXCON_HD T slope(const reading<T>&, const logit_pair<T>& p) const {
    const T weight = set(p);
    if (detail::leaves_out<Set, F>(weight)) return T(0);
    return choose(weight == T(0), T(0), weight * detail::slope_of(of, p));
  }
  template <class T>
  MIXCON_HD T target_slope(const reading<T>&, const logit_pair<T>& p) const {
    const T weight = set(p);
    T slope = choose(weight == T(0), T(0), weight * detail::target_slope_of(of, p));
    if constexpr (std::is_same_v<Set, over::all_targets>) slope += choose(p.positive, detail::value_of(of, p), T(0));
    return slope;
  }
};
template <class Set>
sum_of(Set) -> sum_of<Set, logit_itself>;
template <class Set, class F>
sum_of(Set, F) -> sum_of<Set, F>;

/// Statistic: sum w over the pairs of `Set`; their number where weights are 1.
template <class Set>
struct count_of {
  static constexpr const char* name = "count_of";

  Set set{};

  template <class T>
  using state = detail::running_sum<T>;
  template <class T>
  using reading = detail::plain_reading<T>;

  template <class T>
  MIXCON_HD T contribution(const logit_pair<T>& p, const T&) const {
    return set(p);
  }
  template <class T>
  MIXCON_HD void add(state<T>& s, const T& contributions) const {
    s.sum += contributions;
  }
  template <class T>
  MIXCON_HD void observe(state<T>& s, const logit_pair<T>& p) const {
    add(s, contribution(p, T(0)));
  }
  template <class T>
  MIXCON_HD void merge(state<T>& s, const state<T>& other) const {
    detail::merge_sums(s, other);
  }
  template <class T>
  MIXCON_HD void settle(state<T>& s) const {
    s.sum += s.lost, s.lost = T(0);
  }
  /// `merge` of a few settled states: what rounding loses is let go.
  template <class T>
  MIXCON_HD void join(state<T>& s, const state<T>& other) const {
    s.sum += other.sum;
  }
  template <class T>
  MIXCON_HD reading<T> read(const state<T>& s) const {
    return {s.sum + s.lost};
  }
  template <class T>
  MIXCON_HD T slope(const reading<T>&, const logit_pair<T>&) const {
    return T(0);
  }
  template <class T>
  MIXCON_HD T target_slope(const reading<T>&, const logit_pair<T>& p) const {
    if constexpr (std::is_same_v<Set, over::all_targets>)
      return choose(p.positive, T(1), T(0));
    else
      return T(0);
  }
};
template <class Set>
count_of(Set) -> count_of<Set>;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
