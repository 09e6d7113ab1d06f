// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Merges the states that an anchor has on vector lanes into one.

#include <mixcon/core/number/lanes.hpp>
#include <mixcon/engine/call/row_state.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

// What an anchor's pairs came to on lanes, brought together to one number each.

/// The largest of all lanes.
template <class U>
MIXCON_IN_LOOPS scalar_of<U> top_of(const U& x) {
  if constexpr (lane_count<U>() == 1) {
    return x;
  } else {
    const auto first = mixcon::part<2>(x, 0), second = mixcon::part<2>(x, 1);
    return top_of<lane_part<U, 2>>(mixcon::choose(second > first, second, first));
  }
}

/// Brings all lanes to one shift at once, so that merging them takes no exponentials.
template <class Statistics, class U>
MIXCON_IN_LOOPS void level(const Statistics& statistics, mixcon::detail::row_state<Statistics, U>& s) {
  for_each_position<Statistics::size>([&](auto k) {
    constexpr int at = decltype(k)::value;
    const auto& statistic = get<at>(statistics);
    auto& part = get<at>(s.of);
    if constexpr (requires { statistic.make_room(part, part.shift); }) statistic.make_room(part, U(top_of(part.shift)));
  });
}

/// Halves of lanes that are level and settled are joined until few are left, and these in their order.
template <class Statistics, class U>
mixcon::detail::row_state<Statistics, scalar_of<U>> joined(const Statistics& statistics,
                                                           const mixcon::detail::row_state<Statistics, U>& s) {
  constexpr int width = lane_count<U>();
  if constexpr (width > 4) {
    auto half = s.template part<2>(0);
    half.join(statistics, s.template part<2>(1));
    return joined(statistics, half);
  } else {
    mixcon::detail::row_state<Statistics, scalar_of<U>> all = s.template part<width>(0);
    for (int k = 1; k < width; ++k) all.join(statistics, s.template part<width>(k));
    return all;
  }
}
/// One state of all lanes, which are level.
template <class Statistics, class U>
mixcon::detail::row_state<Statistics, scalar_of<U>> folded(const Statistics& statistics,
                                                           mixcon::detail::row_state<Statistics, U> s) {
  s.settle(statistics);
  return joined(statistics, s);
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
