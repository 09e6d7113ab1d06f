// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/pair.hpp>
#include <mixcon/core/soft.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Statistic: P log sum_candidates w e^x - sum_targets p x, where P = sum p: the cross-entropy of the row's softmax
/// against its targets. The two parts are one statistic because they cancel where the loss is small: with a single
/// positive of weight 1 the value is P log(1 + sum_negatives e^(x - x_positive)), exact to the last bits near 0. A row
/// without target mass has value 0. Source: mixcon's own; the sum is F1 of every softmax loss.
struct cross_entropy {
  template <class T>
  struct state {
    T shift = minus_infinity<T>();
    T negatives{}, positives{};     // sums of w e^(x - shift)
    T attraction{}, mass{};         // sums of p x and of p
    T number{}, weight{}, place{};  // positives: how many, the sum of their w, the sum of their x
    template <int Parts>
    MIXCON_HD auto part(int k) const {
      const auto part_k = [k](const T& x) { return mixcon::part<Parts>(x, k); };
      return cross_entropy::state<decltype(part_k(shift))>{part_k(shift),      part_k(negatives), part_k(positives),
                                                           part_k(attraction), part_k(mass),      part_k(number),
                                                           part_k(weight),     part_k(place)};
    }
  };
  template <class T>
  struct reading {
    T value{};
    T partition{};  // log sum w e^x
    T mass{};
    mask_of<T> single{};  // one positive, of weight 1
    T pull{};             // slope at that positive
    template <class U>
    MIXCON_HD cross_entropy::reading<U> spread() const {
      return {U(value), U(partition), U(mass), U(single ? 1 : 0) == U(1), U(pull)};
    }
  };

  template <class T>
  MIXCON_HD T height(const logit_pair<T>& p) const {
    return choose(p.weight > T(0), p.x, minus_infinity<T>());
  }
  template <class T>
  MIXCON_HD void make_room(state<T>& s, const T& height) const {
    const T to = choose(s.shift > height, s.shift, height);
    if (detail::are_equal(s.shift, to)) return;
    const T shrink = exp_of(s.shift - to);
    s.negatives = choose(s.negatives == T(0), T(0), s.negatives * shrink);
    s.positives = choose(s.positives == T(0), T(0), s.positives * shrink);
    s.shift = to;
  }
  template <class T>
  MIXCON_HD void observe(state<T>& s, const logit_pair<T>& p) const {
    const T share = choose(p.weight > T(0), p.weight * exp_of(p.x - s.shift), T(0));
    s.negatives += choose(p.positive, T(0), share);
    s.positives += choose(p.positive, share, T(0));
    s.attraction += choose(p.positive, p.target * p.x, T(0));
    s.mass += choose(p.positive, p.target, T(0));
    s.number += choose(p.positive, T(1), T(0));
    s.weight += choose(p.positive, p.weight, T(0));
    s.place += choose(p.positive, p.x, T(0));
  }
  template <class T>
  MIXCON_HD void merge(state<T>& s, state<T> other) const {
    if (!detail::are_equal(s.shift, other.shift)) {
      make_room(s, other.shift);
      make_room(other, s.shift);
    }
    join(s, other);
  }
  /// `merge` of states with one shift.
  template <class T>
  MIXCON_HD void join(state<T>& s, const state<T>& other) const {
    s.negatives += other.negatives, s.positives += other.positives;
    s.attraction += other.attraction, s.mass += other.mass;
    s.number += other.number, s.weight += other.weight, s.place += other.place;
  }
  template <class T>
  MIXCON_HD reading<T> read(const state<T>& s) const {
    const mask_of<T> single = s.number == T(1) && s.weight == T(1);
    const T alone = choose(single, T(1), T(0));
    if (detail::are_equal(alone, T(0))) return read_many(s);
    const reading<T> one = read_single(s);
    if (detail::are_equal(alone, T(1))) return one;
    const reading<T> many = read_many(s);
    return {choose(single, one.value, many.value), choose(single, one.partition, many.partition), s.mass, single,
            one.pull};
  }
  template <class T>
  MIXCON_HD T slope(const reading<T>& r, const logit_pair<T>& p) const {
    const T q = choose(p.weight > T(0), p.weight * exp_of(p.x - r.partition), T(0));
    const T repel = choose(r.mass == T(0), T(0), r.mass * q);
    const T both = repel - choose(p.positive, p.target, T(0));
    return choose(r.single && p.positive, r.pull, both);
  }
  /// By the target of a pair, its mass included: log sum w e^x - x.
  template <class T>
  MIXCON_HD T target_slope(const reading<T>& r, const logit_pair<T>& p) const {
    return choose(r.single && p.positive && r.mass != T(0), r.value / r.mass, r.partition - p.x);
  }

 private:
  template <class T>
  MIXCON_HD static reading<T> read_many(const state<T>& s) {
    const T partition = log_of_sum(s.negatives + s.positives, s.shift);
    const T value = choose(s.mass == T(0), T(0) - s.attraction, s.mass * partition - s.attraction);
    return {value, partition, s.mass, T(0) == T(1), T(0)};
  }
  template <class T>
  MIXCON_HD static reading<T> read_single(const state<T>& s) {
    const T pushing = log_of_sum(s.negatives, s.shift);
    const T gap = pushing - s.place;
    const T smaller = exp_of(choose(gap > T(0), -gap, gap));
    const T above = log1p_of(smaller);  // how far the log-sum is above the larger of the two
    const T value = choose(s.mass == T(0), T(0) - s.attraction, s.mass * (choose(gap <= T(0), T(0), gap) + above));
    const T pull = choose(gap >= T(0), T(1), smaller) / (T(1) + smaller);  // a sigmoid
    return {value, choose(gap > T(0), pushing, s.place) + above, s.mass, T(0) == T(0), -s.mass * pull};
  }
  template <class T>
  MIXCON_HD static T log_of_sum(const T& sum, const T& shift) {
    return choose(sum == T(0), minus_infinity<T>(), shift + log_of(sum));
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
