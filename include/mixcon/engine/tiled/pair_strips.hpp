// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What one visit of a strip of pairs keeps in registers: sums of contributions, or a peak, of each statistic.

#include <mixcon/core/number/lane_loops.hpp>
#include <mixcon/engine/call/row_state.hpp>
#include <mixcon/engine/moments/moment_statistics.hpp>
#include <mixcon/engine/tiled/moments/tile.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// Statistics that only positives enter.
template <class S>
inline constexpr bool is_of_positives_only = false;
template <class Set, class F>
inline constexpr bool is_of_positives_only<sum_of<Set, F>> = moments::is_of_positives<Set>;
template <class Set, class F>
inline constexpr bool is_of_positives_only<log_sum_exp<Set, F>> = moments::is_of_positives<Set>;
template <class Set>
inline constexpr bool is_of_positives_only<count_of<Set>> = moments::is_of_positives<Set>;
template <class Set>
inline constexpr bool is_of_positives_only<largest<Set>> = moments::is_of_positives<Set>;
template <class Set>
inline constexpr bool is_of_positives_only<smallest<Set>> = moments::is_of_positives<Set>;

template <class S>
inline constexpr bool has_peak = false;
template <class Set>
inline constexpr bool has_peak<largest<Set>> = true;
template <class Set>
inline constexpr bool has_peak<smallest<Set>> = true;

/// One statistic's strip on lanes V. `Ascends`: lanes are candidates in their order; otherwise they are anchors that
/// all see one candidate. A statistic that needs nothing of pairs keeps nothing.
template <class S, class V, bool Ascends>
struct strip_of {
  static_assert(std::is_same_v<S, per_anchor>);
  MIXCON_IN_LOOPS void observe(const S&, const logit_pair<V>&, const V&) {}
  template <class State>
  MIXCON_IN_LOOPS void add_all(const S&, State&) const {}
  template <class State>
  MIXCON_IN_LOOPS void add_lane(const S&, State&, int) const {}
};
template <class S, class V, bool Ascends>
requires AddsUp<S>
struct strip_of<S, V, Ascends> {
  using sums_type = std::remove_cvref_t<decltype(std::declval<const S&>().contribution(
      std::declval<const logit_pair<V>&>(), std::declval<const V&>()))>;
  sums_type sums{};

  MIXCON_IN_LOOPS void observe(const S& statistic, const logit_pair<V>& p, const V& shift) {
    sums += statistic.contribution(p, shift);
  }
  /// Adds what all lanes saw to the state of their anchor.
  template <class State>
  MIXCON_IN_LOOPS void add_all(const S& statistic, State& whole) const {
    add(statistic, whole, [](const V& x) { return sum_by_halves(x); });
  }
  /// Adds what lane k saw to the state of its anchor.
  template <class State>
  MIXCON_IN_LOOPS void add_lane(const S& statistic, State& whole, int k) const {
    add(statistic, whole, [k](const V& x) { return mixcon::lane(x, k); });
  }

 private:
  template <class State, class Reduce>
  MIXCON_IN_LOOPS void add(const S& statistic, State& whole, const Reduce& reduce) const {
    State part{};
    if constexpr (NeedsRoom<S>) part.shift = whole.shift;
    if constexpr (std::is_same_v<sums_type, V>)
      statistic.add(part, reduce(sums));
    else
      statistic.add(part, sums.each(reduce));
    if constexpr (requires { statistic.keep(whole, part); })
      statistic.keep(whole, part);
    else
      statistic.merge(whole, part);
  }
};
/// The lanes of a peak brought together, by halves.
template <class Peak>
MIXCON_IN_LOOPS auto joined_peak(const Peak& peak) {
  if constexpr (lane_count<decltype(peak.top)>() == 1) {
    return peak;
  } else {
    auto half = peak.template part<2>(0);
    half.join(peak.template part<2>(1));
    return joined_peak(half);
  }
}
template <class S, class V, bool Ascends>
requires has_peak<S>
struct strip_of<S, V, Ascends> {
  typename S::template strip<V, Ascends> peak{};

  MIXCON_IN_LOOPS void observe(const S& statistic, const logit_pair<V>& p, const V&) { statistic.observe(peak, p); }
  template <class State>
  MIXCON_IN_LOOPS void add_all(const S& statistic, State& whole) const {
    statistic.keep(whole, joined_peak(peak));
  }
  template <class State>
  MIXCON_IN_LOOPS void add_lane(const S& statistic, State& whole, int k) const {
    statistic.keep(whole, peak.template part<lane_count<V>()>(k));
  }
};

/// The strips of all statistics of a row or of columns, and what there was to see.
template <class Statistics, class V, bool Ascends>
struct strips_of;
template <class... S, class V, bool Ascends>
struct strips_of<pack<S...>, V, Ascends> {
  using statistics_type = pack<S...>;
  pack<strip_of<S, V, Ascends>...> of;
  mixcon::detail::presence::state<V> seen;

  /// `IsPlain`: all are negatives of weight 1. `Counts`: somebody needs to count what there is.
  template <bool IsPlain, bool Counts>
  MIXCON_IN_LOOPS void observe(const statistics_type& statistics, const logit_pair<V>& p, const V* shifts) {
    for_each_position<statistics_type::size>([&](auto k) {
      constexpr int at = decltype(k)::value;
      using statistic = std::remove_cvref_t<decltype(get<at>(statistics))>;
      if constexpr (!(IsPlain && is_of_positives_only<statistic>))
        get<at>(of).observe(get<at>(statistics), p, shifts[at]);
    });
    if constexpr (Counts) mixcon::detail::presence{}.observe(seen, p);
  }
  template <bool Counts, class State>
  MIXCON_IN_LOOPS void add_all(const statistics_type& statistics, State& whole) const {
    for_each_position<statistics_type::size>([&](auto k) {
      constexpr int at = decltype(k)::value;
      get<at>(of).add_all(get<at>(statistics), get<at>(whole.of));
    });
    if constexpr (Counts) add_seen(whole, [](const V& x) { return sum_by_halves(x); });
  }
  template <bool Counts, class State>
  MIXCON_IN_LOOPS void add_lane(const statistics_type& statistics, State& whole, int k) const {
    for_each_position<statistics_type::size>([&](auto position) {
      constexpr int at = decltype(position)::value;
      get<at>(of).add_lane(get<at>(statistics), get<at>(whole.of), k);
    });
    if constexpr (Counts) add_seen(whole, [k](const V& x) { return mixcon::lane(x, k); });
  }

 private:
  template <class State, class Reduce>
  MIXCON_IN_LOOPS void add_seen(State& whole, const Reduce& reduce) const {
    whole.seen.positives += reduce(seen.positives), whole.seen.negatives += reduce(seen.negatives);
    whole.seen.visible += reduce(seen.visible);
  }
};

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
