// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The backward pass of losses that depend on an extreme pair or two of each row: it visits no others.

#include <mixcon/core/phases.hpp>
#include <mixcon/engine/call/pair_gradient.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

template <class S>
concept OfOnePair = requires { requires S::is_of_one_pair; };
template <class Statistics>
inline constexpr bool are_of_one_pair = false;
template <class... S>
inline constexpr bool are_of_one_pair<pack<S...>> = sizeof...(S) > 0 && (OfOnePair<S> && ...);

/// Whether every statistic is a pair's logit, and the formula one of the row.
template <class Problem>
inline constexpr bool is_of_extremes = are_of_one_pair<typename Problem::statistics_type> && !Problem::is_given &&
                                       loss_traits<typename Problem::loss_type>::scope == each::anchor;

/// Adds the gradients of each anchor's pairs, anchor by anchor, which is little work beside finding them. False, having
/// done nothing, where a row or a slope is not finite: then pairs that are not extremes matter too.
template <class Problem, class Saved, class T = typename Problem::number>
bool scatter_extremes(const Problem& p, const Saved& saved, mixcon::detail::packed_gradients<T>& to) {
  if (!p.anchors.finite() || !p.candidates.finite() || (p.own_count > 0 && !p.own.finite())) return false;
  const index_t number = p.anchors.count();
  for (index_t a = 0; a < number * Problem::count; ++a)
    if (saved.used[static_cast<std::size_t>(a / Problem::count)] && saved.adjoint[a] - saved.adjoint[a] != T(0))
      return false;
  [[maybe_unused]] const timed_phase adding(phase::gradients);
  for (index_t a = 0; a < number; ++a) {
    if (!saved.used[static_cast<std::size_t>(a)]) continue;
    const auto& reading = saved.reading[static_cast<std::size_t>(a)];
    index_t visited[static_cast<std::size_t>(Problem::count)];
    int count = 0;
    for_each_position<Problem::count>([&](auto k) {
      const index_t where = get<decltype(k)::value>(reading).where;
      if (where < 0) return;
      for (int v = 0; v < count; ++v)
        if (visited[v] == where) return;
      const bool is_own = where < p.own_count;
      const index_t c = is_own ? a * p.own_count + where : where - p.first_shared;
      if (!is_own && (c < 0 || c >= p.candidates.count())) return;  // in another part of a divided call
      visited[count++] = where;
      const auto& rows = is_own ? p.own : p.candidates;
      const auto s = mixcon::detail::similarity_of(p, a, rows, c);
      const auto pair = is_own ? p.own_pair(a, where, s.value) : p.shared_pair(a, c, s.value);
      mixcon::detail::add_pair(p, saved, a, mixcon::detail::visited_pair<T>{pair, s, rows.row(c), c, is_own}, to);
    });
  }
  return true;
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
