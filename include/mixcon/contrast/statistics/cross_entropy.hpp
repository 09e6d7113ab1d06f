// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The statistic of softmax losses: the cross-entropy of an anchor's row against its targets, exact also near 0.

#include <mixcon/contrast/pair.hpp>
#include <mixcon/core/number/kept_sum.hpp>
#include <mixcon/core/number/soft.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Statistic: P log sum_candidates w e^x - sum_targets p x, where P = sum p: the cross-entropy of the row's softmax
/// against its targets. The two parts are one statistic because they cancel: both are measured from one shift, so that
/// many equal shares lose no more than one, and with a single positive of weight 1 the value is
/// P log(1 + sum_negatives e^(x - x_positive)), exact to the last bits near 0. A row without target mass has value 0; a
/// target > 0 at a logit of -infinity makes it +infinity, and the slope there is minus the target. Source: mixcon's
/// own; the sum is F1 of every softmax loss.
struct cross_entropy {
  static constexpr const char* name = "cross_entropy";

  template <class T>
  struct state {
    T shift = minus_infinity<T>();
    T negatives{}, positives{}, lost{};  // sums of w e^(x - shift), and what rounding took from both
    T attraction{}, attraction_lost{};   // sum of p (x - shift)
    T mass{}, mass_lost{};               // sum of p
    T number{}, place{};                 // positives: how many, counted twice unless w is 1; the sum of their x
    template <int Parts>
    MIXCON_HD auto part(int k) const {
      const auto part_k = [k](const T& x) { return mixcon::part<Parts>(x, k); };
      return cross_entropy::state<decltype(part_k(shift))>{
          part_k(shift),           part_k(negatives), part_k(positives), part_k(lost),   part_k(attraction),
          part_k(attraction_lost), part_k(mass),      part_k(mass_lost), part_k(number), part_k(place)};
    }
  };
  template <class T>
  struct reading {
    T value{};
    T partition{};  // log sum w e^x
    T mass{};
    mask_of<T> single{};  // one positive, of weight 1
    T pull{};             // slope at that positive
    T origin{}, share{};  // mass w e^x / sum w e^x is share w e^(x - origin)
    template <class U>
    MIXCON_HD cross_entropy::reading<U> spread() const {
      return {U(value), U(partition), U(mass), U(single ? 1 : 0) == U(1), U(pull), U(origin), U(share)};
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
    const T shrink = exp_of(s.shift - to), moved = origin_of(s.shift) - origin_of(to);
    const auto times = [](const T& sum, const T& by) { return choose(sum == T(0), T(0), sum * by); };
    s.negatives = times(s.negatives, shrink);
    s.positives = times(s.positives, shrink);
    s.lost = times(s.lost, shrink);
    detail::add_kept_or_infinite(s.attraction, s.attraction_lost, times(s.mass, moved));
    s.attraction_lost += times(s.mass_lost, moved);
    s.shift = to;
  }
  /// What pairs add to the sums of a state.
  template <class T>
  struct contributions {
    T negatives{}, positives{}, attraction{}, mass{}, number{}, place{};
    MIXCON_HD contributions& operator+=(const contributions& other) {
      negatives += other.negatives, positives += other.positives, attraction += other.attraction;
      mass += other.mass, number += other.number, place += other.place;
      return *this;
    }
    /// Every sum as `change` makes it: of lanes, one number.
    template <class Change>
    MIXCON_HD auto each(Change&& change) const {
      using number_type = decltype(change(negatives));
      return cross_entropy::contributions<number_type>{change(negatives), change(positives), change(attraction),
                                                       change(mass),      change(number),    change(place)};
    }
  };
  template <class T>
  MIXCON_HD contributions<T> contribution(const logit_pair<T>& p, const T& shift) const {
    const T above = p.x - origin_of(shift);
    const T share = choose(p.weight > T(0), p.weight * exp_of(above), T(0));
    if (detail::has_none(p.positive)) return {share};
    const T target = choose(p.positive, p.target, T(0));
    return {choose(p.positive, T(0), share),
            choose(p.positive, share, T(0)),
            choose(target == T(0), T(0), target * above),
            target,
            choose(p.positive, choose(p.weight == T(1), T(1), T(2)), T(0)),
            choose(p.positive, p.x, T(0))};
  }
  template <class T>
  MIXCON_HD void add(state<T>& s, const contributions<T>& sums) const {
    s.negatives += sums.negatives, s.positives += sums.positives, s.attraction += sums.attraction;
    s.mass += sums.mass, s.number += sums.number, s.place += sums.place;
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
    detail::add_kept(s.negatives, s.lost, other.negatives);
    detail::add_kept(s.positives, s.lost, other.positives);
    detail::add_kept_or_infinite(s.attraction, s.attraction_lost, other.attraction);
    detail::add_kept(s.mass, s.mass_lost, other.mass);
    s.lost += other.lost, s.attraction_lost += other.attraction_lost, s.mass_lost += other.mass_lost;
    s.number += other.number, s.place += other.place;
  }
  /// Adds what rounding took to the sums themselves.
  template <class T>
  MIXCON_HD void settle(state<T>& s) const {
    s.negatives += s.lost;  // a single positive has lost nothing, and of several the sum of both alone counts
    s.attraction += s.attraction_lost, s.mass += s.mass_lost;
    s.lost = s.attraction_lost = s.mass_lost = T(0);
  }
  /// `merge` of a few settled states with one shift, such as lanes: what rounding loses is let go.
  template <class T>
  MIXCON_HD void join(state<T>& s, const state<T>& other) const {
    s.negatives += other.negatives, s.positives += other.positives;
    s.attraction += other.attraction, s.mass += other.mass;
    s.number += other.number, s.place += other.place;
  }
  template <class T>
  MIXCON_HD reading<T> read(const state<T>& s) const {
    const mask_of<T> single = s.number == T(1);
    const T alone = choose(single, T(1), T(0)), mass = s.mass + s.mass_lost,
            attraction = s.attraction + s.attraction_lost;
    const T sum = s.negatives + s.positives + s.lost, origin = origin_of(s.shift);
    reading<T> row{T(0) - attraction, T(0), mass, single, T(0), origin, choose(sum == T(0), T(0), mass / sum)};
    if (!detail::are_equal(alone, T(1))) read_many(row, log_of_sum(sum), attraction);
    if (!detail::are_equal(alone, T(0))) read_single(row, log_of_sum(s.negatives + s.lost), s.place);
    return row;
  }
  template <class T>
  MIXCON_HD T slope(const reading<T>& r, const logit_pair<T>& p) const {
    const T q = choose(p.weight > T(0), r.share * (p.weight * exp_of(p.x - r.origin)), T(0));
    const T repel = choose(r.mass == T(0), T(0), q);
    if (detail::has_none(p.positive)) return repel;
    const T both = repel - choose(p.positive, p.target, T(0));
    return choose(r.single && p.positive, r.pull, both);
  }
  /// By the target of a pair, its mass included: log sum w e^x - x. 0 for a target of 0 at a logit of -infinity.
  template <class T>
  MIXCON_HD T target_slope(const reading<T>& r, const logit_pair<T>& p) const {
    const T alone = choose(r.single && p.positive && r.mass != T(0), r.value / r.mass, r.partition - p.x);
    return choose(is_minus_infinity(p.x) && p.target == T(0), T(0), alone);
  }

 private:
  /// `above`: the log-sum over the origin.
  template <class T>
  MIXCON_HD static void read_many(reading<T>& row, const T& above, const T& attraction) {
    row.value = choose(row.mass == T(0), row.value, row.mass * above - attraction);
    row.partition = row.origin + above;
  }
  /// `pushing`: the same of the negatives alone.
  template <class T>
  MIXCON_HD static void read_single(reading<T>& row, const T& pushing, const T& place) {
    const T gap = pushing + (row.origin - place);
    const T smaller = exp_of(choose(gap > T(0), -gap, gap));
    const T above = log1p_of(smaller);  // how far the log-sum is above the larger of the two
    const T value = row.mass * (choose(gap <= T(0), T(0), gap) + above);
    row.value = choose(row.single && row.mass != T(0), value, row.value);
    row.partition = choose(row.single, choose(gap > T(0), row.origin + pushing, place) + above, row.partition);
    row.pull = -row.mass * (choose(gap >= T(0), T(1), smaller) / (T(1) + smaller));  // a sigmoid
  }
  template <class T>
  MIXCON_HD static T log_of_sum(const T& sum) {
    return choose(sum == T(0), minus_infinity<T>(), log_of(sum));
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
