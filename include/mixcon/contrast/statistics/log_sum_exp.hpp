// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The statistic that sums exponentials of a set of pairs, as a logarithm that cannot overflow.

#include <mixcon/contrast/statistics/function_of_logit.hpp>
#include <mixcon/contrast/statistics/reading.hpp>
#include <mixcon/core/number/kept_sum.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Statistic: log sum w e^f(x) over the pairs of `Set`; -infinity when none enters. `f` is a factor (1 unless said) or
/// a function of the logit. A positive's logit of -infinity at which f is +infinity makes the value that.
template <class Set, class F = times>
struct log_sum_exp {
  static constexpr const char* name = "log_sum_exp";

  Set set{};
  F of{};

  /// `sum` is in units of e^shift. Whoever observes makes room first: before every pair, once a strip, or once a call
  /// where logits are bounded; then a pair costs one exponential.
  template <class T>
  struct state {
    T shift = minus_infinity<T>();
    T sum{}, lost{};  // and what rounding took from it
    template <int Parts>
    MIXCON_HD auto part(int k) const {
      const auto part_k = [k](const T& x) { return mixcon::part<Parts>(x, k); };
      return typename log_sum_exp::template state<decltype(part_k(sum))>{part_k(shift), part_k(sum), part_k(lost)};
    }
  };
  /// What the backward pass needs to know of an anchor.
  template <class T>
  using reading = detail::plain_reading<T>;

  /// f(x) where the pair enters, -infinity elsewhere.
  template <class T>
  MIXCON_HD T height(const logit_pair<T>& p) const {
    return choose(set(p) > T(0), detail::value_of(of, p), minus_infinity<T>());
  }
  /// Raises the shift to at least `height`.
  template <class T>
  MIXCON_HD void make_room(state<T>& s, const T& height) const {
    const T to = choose(s.shift > height, s.shift, height);
    if (detail::are_equal(s.shift, to)) return;
    const T shrink = exp_of(choose(s.shift == to, T(0), s.shift - to));  // equal shifts may be infinite
    s.sum = choose(s.sum == T(0), T(0), s.sum * shrink);                 // a NaN survives
    s.lost = choose(s.lost == T(0), T(0), s.lost * shrink);
    s.shift = to;
  }
  template <class T>
  MIXCON_HD T contribution(const logit_pair<T>& p, const T& shift) const {
    const T weight = set(p);
    return choose(weight > T(0), weight * exp_above(shift, p), T(0));
  }
  template <class T>
  MIXCON_HD void add(state<T>& s, const T& contributions) const {
    s.sum += contributions;
  }
  template <class T>
  MIXCON_HD void observe(state<T>& s, const logit_pair<T>& p) const {
    add(s, contribution(p, s.shift));
  }
  template <class T>
  MIXCON_HD void merge(state<T>& s, state<T> other) const {
    if (!detail::are_equal(s.shift, other.shift)) {
      make_room(s, other.shift);
      make_room(other, s.shift);
    }
    keep(s, other);
  }
  /// `merge` of states with one shift.
  template <class T>
  MIXCON_HD void keep(state<T>& s, const state<T>& other) const {
    detail::add_kept(s.sum, s.lost, other.sum);
    s.lost += other.lost;
  }
  template <class T>
  MIXCON_HD void settle(state<T>& s) const {
    s.sum += s.lost, s.lost = T(0);
  }
  /// `merge` of a few settled states with one shift: what rounding loses is let go.
  template <class T>
  MIXCON_HD void join(state<T>& s, const state<T>& other) const {
    s.sum += other.sum;
  }
  template <class T>
  MIXCON_HD reading<T> read(const state<T>& s) const {
    const T sum = s.sum + s.lost;
    return {choose(sum == T(0), minus_infinity<T>(), origin_of(s.shift) + log_of(sum))};
  }
  template <class T>
  MIXCON_HD T slope(const reading<T>& r, const logit_pair<T>& p) const {
    return choose(set(p) > T(0), share(r, p) * detail::slope_of(of, p), T(0));
  }
  template <class T>
  MIXCON_HD T target_slope(const reading<T>& r, const logit_pair<T>& p) const {
    if constexpr (std::is_same_v<Set, over::all_targets>) {
      const T unit = exp_above(r.value, p);
      return choose(p.positive, unit * (T(1) + p.target * detail::target_slope_of(of, p)), T(0));
    } else {
      return choose(set(p) > T(0), share(r, p) * detail::target_slope_of(of, p), T(0));
    }
  }

 private:
  /// The pair's part of the sum.
  template <class T>
  MIXCON_HD T share(const reading<T>& r, const logit_pair<T>& p) const {
    return set(p) * exp_above(r.value, p);
  }
  /// e^(f(x) - shift), where both may be infinite.
  template <class T>
  MIXCON_HD T exp_above(const T& shift, const logit_pair<T>& p) const {
    const T value = detail::value_of(of, p), above = value - origin_of(shift);
    if constexpr (std::is_same_v<F, times>)
      if (of.by > 0) return exp_of(above);
    const auto grows = is_minus_infinity(p.x) && value > T(0) && above != above;  // +infinity less +infinity
    return exp_of(choose(grows, T(0), above));
  }
};
template <class Set>
log_sum_exp(Set) -> log_sum_exp<Set, times>;
template <class Set, Parameter N>
log_sum_exp(Set, N) -> log_sum_exp<Set, times>;
template <class Set, class F>
log_sum_exp(Set, F) -> log_sum_exp<Set, F>;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
