// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What an engine gathers of one anchor: a state for each statistic of the loss. States of parts of a row merge to the
// state of the row, in one process (lanes, tiles) or across processes (as bytes).

#include <mixcon/contrast/statistics.hpp>

#include <cstddef>
#include <cstring>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// How many positives, negatives and candidates of weight > 0 an anchor has: asked for every loss, beside its own
/// statistics.
struct presence {
  static constexpr const char* name = "presence";
  template <class T>
  struct state {
    T positives{}, negatives{}, visible{};
    template <int Parts>
    MIXCON_HD auto part(int k) const {
      const auto part_k = [k](const T& x) { return mixcon::part<Parts>(x, k); };
      return presence::state<decltype(part_k(visible))>{part_k(positives), part_k(negatives), part_k(visible)};
    }
  };
  template <class T>
  MIXCON_HD void observe(state<T>& s, const logit_pair<T>& p) const {
    const T seen = choose(p.weight > T(0), T(1), T(0));
    s.positives += choose(p.positive, T(1), T(0));
    s.negatives += choose(p.positive, T(0), seen);
    s.visible += seen;
  }
  template <class T>
  MIXCON_HD void merge(state<T>& s, const state<T>& other) const {
    s.positives += other.positives, s.negatives += other.negatives, s.visible += other.visible;
  }
};

/// The readings of one row.
template <class Statistics, class T>
struct readings_of;
template <class... S, class T>
struct readings_of<pack<S...>, T> {
  using type = pack<typename S::template reading<T>...>;
};
template <class Statistics, class T>
using row_readings = typename readings_of<Statistics, T>::type;

/// What a statistic keeps of a strip of candidates: a `strip` of its own, which knows that they come in ascending
/// order, or a state.
template <class S, class U>
struct strip_of_statistic {
  using type = typename S::template state<U>;
};
template <class S, class U>
requires requires { typename S::template strip<U>; }
struct strip_of_statistic<S, U> {
  using type = typename S::template strip<U>;
};

/// A row's strip, for `keep`.
template <class Statistics, class U>
struct row_strip;
template <class... S, class U>
struct row_strip<pack<S...>, U> {
  pack<typename strip_of_statistic<S, U>::type...> of;
  presence::state<U> seen;

  MIXCON_HD void observe(const pack<S...>& statistics, const logit_pair<U>& p) {
    for_each_position<pack<S...>::size>([&](auto k) {
      constexpr int at = decltype(k)::value;
      get<at>(statistics).observe(get<at>(of), p);
    });
    presence{}.observe(seen, p);
  }
};

template <class Statistics, class U>
struct row_state;
template <class... S, class U>
struct row_state<pack<S...>, U> {
  using statistics_type = pack<S...>;
  static constexpr int count = statistics_type::size;

  pack<typename S::template state<U>...> of;
  presence::state<U> seen;

  MIXCON_HD void observe(const statistics_type& statistics, const logit_pair<U>& p) {
    for_each_position<count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      get<at>(statistics).observe(get<at>(of), p);
    });
    presence{}.observe(seen, p);
  }
  MIXCON_HD void make_room(const statistics_type& statistics, const logit_pair<U>& p) {
    for_each_position<count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      const auto& statistic = get<at>(statistics);
      if constexpr (requires { statistic.make_room(get<at>(of), statistic.height(p)); })
        statistic.make_room(get<at>(of), statistic.height(p));
    });
  }
  MIXCON_HD void merge(const statistics_type& statistics, const row_state& other) {
    for_each_position<count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      get<at>(statistics).merge(get<at>(of), get<at>(other.of));
    });
    presence{}.merge(seen, other.seen);
  }
  /// What `beside` gives: a state, unless a statistic has a strip of its own.
  using strip =
      std::conditional_t<(std::is_same_v<typename strip_of_statistic<S, U>::type, typename S::template state<U>> &&
                          ...),
                         row_state, row_strip<statistics_type, U>>;
  /// `merge` of what a strip saw: its exponentials are sums under one shift.
  MIXCON_HD void keep(const statistics_type& statistics, const strip& other) {
    for_each_position<count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      const auto& statistic = get<at>(statistics);
      if constexpr (requires { statistic.keep(get<at>(of), get<at>(other.of)); })
        statistic.keep(get<at>(of), get<at>(other.of));
      else
        statistic.merge(get<at>(of), get<at>(other.of));
    });
    presence{}.merge(seen, other.seen);
  }
  /// Adds what rounding took to the sums themselves, before states are joined.
  MIXCON_HD void settle(const statistics_type& statistics) {
    for_each_position<count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      const auto& statistic = get<at>(statistics);
      if constexpr (requires { statistic.settle(get<at>(of)); }) statistic.settle(get<at>(of));
    });
  }
  /// `merge` of a few settled states with one shift, such as lanes: what rounding loses is let go.
  MIXCON_HD void join(const statistics_type& statistics, const row_state& other) {
    for_each_position<count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      const auto& statistic = get<at>(statistics);
      if constexpr (requires { statistic.join(get<at>(of), get<at>(other.of)); })
        statistic.join(get<at>(of), get<at>(other.of));
      else
        statistic.merge(get<at>(of), get<at>(other.of));
    });
    presence{}.merge(seen, other.seen);
  }
  /// A fresh strip with the shifts of this one, for `keep`.
  MIXCON_HD strip beside(const statistics_type& statistics) const {
    strip fresh;
    for_each_position<count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      const auto& statistic = get<at>(statistics);
      if constexpr (requires { statistic.make_room(get<at>(fresh.of), get<at>(fresh.of).shift); })
        get<at>(fresh.of).shift = get<at>(of).shift;
    });
    return fresh;
  }
  /// What part k of as many equal parts of the lanes saw.
  template <int Parts>
  MIXCON_HD row_state<statistics_type, lane_part<U, Parts>> part(int k) const {
    row_state<statistics_type, lane_part<U, Parts>> one;
    for_each_position<count>([&](auto position) {
      constexpr int at = decltype(position)::value;
      get<at>(one.of) = get<at>(of).template part<Parts>(k);
    });
    one.seen = seen.template part<Parts>(k);
    return one;
  }
  /// The readings of a row that is complete; `anchor` is the row's own number.
  MIXCON_HD row_readings<statistics_type, U> read(const statistics_type& statistics, index_t anchor) const {
    row_readings<statistics_type, U> reading;
    for_each_position<count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      get<at>(reading) = mixcon::read(get<at>(statistics), get<at>(of), anchor);
    });
    return reading;
  }
};

template <class Statistic>
constexpr const char* statistic_name() {
  if constexpr (requires { Statistic::name; })
    return Statistic::name;
  else
    return "a statistic of the caller's own";
}
/// A stretch of a state's bytes: the name of its statistic, and how many they are.
struct state_part {
  const char* name;
  std::size_t bytes;
};

/// A row's state as bytes, to be merged elsewhere: the states of its statistics one after the other, presence last.
/// Readers compare `parts` (names and sizes) before they trust the bytes. Processes must agree on the representation of
/// numbers.
template <class State>
struct state_bytes;
template <class... S, class T>
struct state_bytes<row_state<pack<S...>, T>> {
  using state = row_state<pack<S...>, T>;
  static constexpr int count = state::count + 1;
  static constexpr state_part parts[] = {{statistic_name<S>(), sizeof(typename S::template state<T>)}...,
                                         {presence::name, sizeof(presence::state<T>)}};
  static constexpr std::size_t size = (sizeof(typename S::template state<T>) + ... + sizeof(presence::state<T>));

  static void write(const state& from, unsigned char* to) {
    each(from, [&](const auto& of) {
      std::memcpy(to, &of, sizeof of);
      to += sizeof of;
    });
  }
  static state read(const unsigned char* from) {
    state to;
    each(to, [&](auto& of) {
      std::memcpy(static_cast<void*>(&of), from, sizeof of);
      from += sizeof of;
    });
    return to;
  }

 private:
  template <class State, class Visit>
  static void each(State& whole, Visit&& visit) {
    for_each_position<state::count>([&](auto k) { visit(get<decltype(k)::value>(whole.of)); });
    visit(whole.seen);
  }
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
