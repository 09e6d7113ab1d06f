// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Two statistics: the largest and the smallest logit of a set of pairs, and at which candidate it is.

#include <mixcon/contrast/pair.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// The index of each lane of candidates that start at `first`.
template <class T>
MIXCON_HD index_of<T> candidate_indices(index_t first) {
  if constexpr (std::is_same_v<index_of<T>, index_t>)
    return first;
  else
    return index_of<T>::numbered() + index_of<T>(first);
}

/// An answer about indices, as an answer about T.
template <class T, class Mask>
MIXCON_HD mask_of<T> mask_for(const Mask& answer) {
  if constexpr (std::is_same_v<Mask, mask_of<T>>)
    return answer;
  else
    return mask_of<T>::converted(answer);
}

/// The largest number seen and where (-1: none); ties go to the lower index; a NaN, once seen, stays.
template <class T>
struct peak {
  T top = minus_infinity<T>();
  index_of<T> where = index_of<T>(-1);
  template <int Parts>
  MIXCON_HD auto part(int k) const {
    return peak<decltype(mixcon::part<Parts>(top, k))>{mixcon::part<Parts>(top, k), mixcon::part<Parts>(where, k)};
  }
};
template <class T>
MIXCON_HD void raise(peak<T>& p, const peak<T>& other) {
  const index_of<T> none(-1);
  const mask_of<T> there = mask_for<T>(other.where > none), first = mask_for<T>(p.where == none);
  const mask_of<T> lower = mask_for<T>(other.where < p.where);
  const mask_of<T> wins = there && !is_nan(p.top) && (first || !(other.top <= p.top) || (other.top == p.top && lower));
  p.top = choose(wins, other.top, p.top);
  p.where = choose(wins, other.where, p.where);
}

/// The same of a strip of candidates, seen in ascending order: places are counted from the first in the numbers' own
/// type, whose lanes are half as many registers as indices. A T counts to 2^24 or further; strips are much shorter.
/// `Ascends`: lanes are candidates one after another; otherwise they are anchors that all see the same one.
template <class T, bool Ascends = true>
struct peak_of_strip {
  T top = minus_infinity<T>();
  T place = T(-1);     // of a lane's peak; -1: none
  index_t first = -1;  // candidate at place 0

  MIXCON_HD void observe(const T& x, const mask_of<T>& enters, index_t candidate) {
    if (first < 0) first = candidate;
    T here(static_cast<scalar_of<T>>(candidate - first));
    if constexpr (Ascends && lane_count<T>() > 1) here += T::numbered();
    // Ties go to the lower index, which came first.
    const mask_of<T> wins = enters && !is_nan(top) && (!(x <= top) || place < T(0));
    top = choose(wins, x, top);
    place = choose(wins, here, place);
  }
  template <int Parts>
  MIXCON_HD auto part(int k) const {
    return peak_of_strip<lane_part<T, Parts>, Ascends>{mixcon::part<Parts>(top, k), mixcon::part<Parts>(place, k),
                                                       first};
  }
  /// Takes in what other lanes saw of the same strip.
  MIXCON_HD void join(const peak_of_strip& other) {
    const mask_of<T> first_there = other.place >= T(0) && !is_nan(top);
    const mask_of<T> lower = other.top == top && other.place < place;
    const mask_of<T> wins = first_there && (place < T(0) || !(other.top <= top) || lower);
    top = choose(wins, other.top, top);
    place = choose(wins, other.place, place);
  }
  MIXCON_HD peak<T> resolved() const {
    if constexpr (lane_count<T>() == 1)
      return {top, place < T(0) ? index_t(-1) : first + static_cast<index_t>(place)};
    else
      return {top, choose(place < T(0), index_of<T>(-1), index_of<T>::converted(place) + index_of<T>(first))};
  }
};

template <class T>
struct peak_reading {
  T value{};
  index_of<T> where{};
  template <class U>
  MIXCON_HD peak_reading<U> spread() const {
    return {U(value), index_of<U>(where)};
  }
};
template <class T>
MIXCON_HD T is_at(const index_of<T>& where, index_t candidate) {
  return choose(mask_for<T>(where == candidate_indices<T>(candidate)), T(1), T(0));
}

}  // namespace detail

/// Statistic: the largest logit among the pairs of `Set` with positive weight, and where; ties to the lower index;
/// -infinity when none enters. Its slope is 1 there and 0 elsewhere: the choice itself is not differentiated.
template <class Set>
struct largest {
  static constexpr const char* name = "largest";
  static constexpr bool is_of_one_pair = true;  // the one that a reading names: `where`

  Set set{};

  template <class T>
  using state = detail::peak<T>;
  template <class T, bool Ascends = true>
  using strip = detail::peak_of_strip<T, Ascends>;
  template <class T>
  using reading = detail::peak_reading<T>;

  template <class T, bool Ascends>
  MIXCON_HD void observe(detail::peak_of_strip<T, Ascends>& s, const logit_pair<T>& p) const {
    s.observe(p.x, set(p) > T(0), p.candidate);
  }
  template <class T, bool Ascends>
  MIXCON_HD void keep(state<T>& s, const detail::peak_of_strip<T, Ascends>& seen) const {
    detail::raise(s, seen.resolved());
  }
  template <class T>
  MIXCON_HD void observe(state<T>& s, const logit_pair<T>& p) const {
    const auto where = choose(set(p) > T(0), detail::candidate_indices<T>(p.candidate), index_of<T>(-1));
    detail::raise(s, state<T>{p.x, where});
  }
  template <class T>
  MIXCON_HD void merge(state<T>& s, const state<T>& other) const {
    detail::raise(s, other);
  }
  template <class T>
  MIXCON_HD reading<T> read(const state<T>& s) const {
    return {s.top, s.where};
  }
  template <class T>
  MIXCON_HD T slope(const reading<T>& r, const logit_pair<T>& p) const {
    return detail::is_at<T>(r.where, p.candidate);
  }
  template <class T>
  MIXCON_HD T target_slope(const reading<T>&, const logit_pair<T>&) const {
    return T(0);
  }
};
template <class Set>
largest(Set) -> largest<Set>;

/// Statistic: the smallest logit, by the same rules; +infinity when none enters.
template <class Set>
struct smallest {
  static constexpr const char* name = "smallest";
  static constexpr bool is_of_one_pair = true;

  Set set{};

  template <class T>
  using state = detail::peak<T>;  // of -x
  template <class T, bool Ascends = true>
  using strip = detail::peak_of_strip<T, Ascends>;
  template <class T>
  using reading = detail::peak_reading<T>;

  template <class T, bool Ascends>
  MIXCON_HD void observe(detail::peak_of_strip<T, Ascends>& s, const logit_pair<T>& p) const {
    s.observe(-p.x, set(p) > T(0), p.candidate);
  }
  template <class T, bool Ascends>
  MIXCON_HD void keep(state<T>& s, const detail::peak_of_strip<T, Ascends>& seen) const {
    detail::raise(s, seen.resolved());
  }
  template <class T>
  MIXCON_HD void observe(state<T>& s, logit_pair<T> p) const {
    p.x = -p.x;
    largest<Set>{set}.observe(s, p);
  }
  template <class T>
  MIXCON_HD void merge(state<T>& s, const state<T>& other) const {
    detail::raise(s, other);
  }
  template <class T>
  MIXCON_HD reading<T> read(const state<T>& s) const {
    return {-s.top, s.where};
  }
  template <class T>
  MIXCON_HD T slope(const reading<T>& r, const logit_pair<T>& p) const {
    return detail::is_at<T>(r.where, p.candidate);
  }
  template <class T>
  MIXCON_HD T target_slope(const reading<T>&, const logit_pair<T>&) const {
    return T(0);
  }
};
template <class Set>
smallest(Set) -> smallest<Set>;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
