// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// How `tiled` visits given logits: whole rows in vectors, as there is no product to tile.

#include <mixcon/engine/call/formulas.hpp>
#include <mixcon/engine/call/packed_gradients.hpp>
#include <mixcon/engine/tiled/lane_states.hpp>
#include <mixcon/engine/tiled/team.hpp>
#include <mixcon/engine/tiled/tile.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

// Logits that are given, a row next to each other: nothing is multiplied, so no tile is made. A row is visited whole,
// in vectors; the last one ends where the row ends and may begin with candidates that the one before it had: stale
// lanes.

/// Calls task(V()) with the widest lanes that one row fills.
template <class T, class For, class Task>
void with_lanes_for(index_t columns, Task&& task) {
  constexpr int few = 4;
  using vector = typename For::template vector<T>;
  if (columns >= lane_count<vector>()) return task(vector());
  if constexpr (lane_count<vector>() > few)
    if (columns >= few) return task(lanes<T, few>());
  task(T());
}

/// Calls visit(c, stale) for the vectors of a row: the first candidate of each, and how many of its lanes are stale.
template <class V, class Visit>
MIXCON_IN_LOOPS void for_each_vector(index_t columns, Visit&& visit) {
  constexpr index_t width = lane_count<V>();
  index_t c = 0;
  for (; c + width <= columns; c += width) visit(c, 0);
  if (c < columns) visit(columns - width, static_cast<int>(c - (columns - width)));
}

/// Which lanes are not stale.
template <class V>
MIXCON_IN_LOOPS mask_of<V> fresh_lanes(int stale) {
  if constexpr (lane_count<V>() == 1)
    return stale == 0;
  else
    return V::numbered() >= V(stale);
}

/// Gathers what the anchors see of logits that are given.
template <class Problem, class For>
class given_gather {
  using T = typename Problem::number;
  template <class U>
  using state = mixcon::detail::state_of<Problem, U>;

 public:
  explicit given_gather(const Problem& p) : p_(p), columns_(p.candidates.count()) {}

  /// The states of anchors [first, last).
  template <class V>
  void rows(index_t first, index_t last, scratch<state<T>>& states) const {
    run_for<For>([&] {
      for (index_t a = first; a < last; ++a) states[static_cast<std::size_t>(a)] = row<V>(a);
    });
  }

 private:
  static constexpr index_t strip = 32;  // so many vectors have sums of their own: the row's are of few terms

  template <class V>
  MIXCON_IN_LOOPS state<T> row(index_t a) const {
    state<V> seen;
    make_room(a, seen);
    auto part = seen.beside(p_.statistics);
    index_t next = strip * lane_count<V>();
    for_each_vector<V>(columns_, [&](index_t c, int stale) {
      auto pair = pair_at<V>(a, c);
      if (stale > 0) hide(pair, fresh_lanes<V>(stale));
      part.observe(p_.statistics, pair);
      if (c < next) return;
      seen.keep(p_.statistics, part);
      part = seen.beside(p_.statistics);
      next += strip * lane_count<V>();
    });
    if constexpr (std::is_same_v<decltype(part), state<V>>)
      if (columns_ <= strip * lane_count<V>()) return folded(p_.statistics, part);
    seen.keep(p_.statistics, part);
    return folded(p_.statistics, seen);
  }
  template <class V>
  MIXCON_IN_LOOPS logit_pair<V> pair_at(index_t a, index_t c) const {
    return p_.template shared_pair<V>(a, c, p_.similarity.template at<V>(a, c));
  }
  template <class V>
  MIXCON_IN_LOOPS static void hide(logit_pair<V>& pair, const mask_of<V>& fresh) {
    pair.weight = mixcon::choose(fresh, pair.weight, V(0));
    pair.target = mixcon::choose(fresh, pair.target, V(0));
    pair.positive = fresh && pair.positive;
  }
  /// One shift for all lanes, the row's largest: a fresh state has nothing to rescale.
  template <class V>
  MIXCON_IN_LOOPS void make_room(index_t a, state<V>& fresh) const {
    for_each_position<Problem::count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      const auto& statistic = get<at>(p_.statistics);
      if constexpr (requires { get<at>(fresh.of).shift = statistic.height(pair_at<V>(a, 0)); }) {
        V top = minus_infinity<V>();
        for_each_vector<V>(columns_, [&](index_t c, auto) {
          const V height = statistic.height(pair_at<V>(a, c));
          top = mixcon::choose(height > top, height, top);
        });
        get<at>(fresh.of).shift = V(top_of(top));
      }
    });
  }

  const Problem& p_;
  index_t columns_;
};

/// Writes the gradients by logits that are given, and by what else has an entry a pair.
template <class Problem, class Saved, class For>
class given_scatter {
  using T = typename Problem::number;

 public:
  given_scatter(const Problem& p, const Saved& saved, mixcon::detail::packed_gradients<T>& to)
      : p_(p), saved_(saved), to_(to) {}

  /// The entries of anchors [first, last).
  template <class V>
  void rows(index_t first, index_t last) const {
    run_for<For>([&] {
      const Problem p = p_;  // copies, which no entry that is written can change
      const entries to{to_.logits, to_.pair_bias, to_.pair_scale, to_.targets, to_.is_unset};
      for (index_t a = first; a < last; ++a)
        if (saved_.used[static_cast<std::size_t>(a)])
          row<V>(p, to, a);
        else
          to_.clear_row(a);
    });
  }

 private:
  struct entries {
    matrix_view<T> logits, pair_bias, pair_scale, targets;
    bool is_unset;

    /// Entries (a, c), (a, c + 1), ...: set where nothing stands yet, else added to where the lanes are fresh.
    template <class V>
    MIXCON_IN_LOOPS void put(const matrix_view<T>& to, index_t a, index_t c, int stale, const V& values) const {
      if (!to) return;
      if (to.stride(1) != 1) [[unlikely]]
        return put_one_by_one(to, a, c, stale, values);
      T* const first = &to(a, c);
      if (is_unset) return mixcon::detail::store_as(first, values);
      const V added = stale == 0 ? values : mixcon::choose(fresh_lanes<V>(stale), values, V(0));
      mixcon::detail::store_as(first, mixcon::detail::load_as<V>(first) + added);
    }
    template <class V>
    [[gnu::noinline]] void put_one_by_one(const matrix_view<T>& to, index_t a, index_t c, int stale,
                                          const V& values) const {
      for (int k = stale; k < lane_count<V>(); ++k)
        to(a, c + k) = (is_unset ? T(0) : to(a, c + k)) + mixcon::lane(values, k);
    }
  };

  template <class V>
  MIXCON_IN_LOOPS void row(const Problem& p, const entries& to, index_t a) const {
    const auto at = static_cast<std::size_t>(a);
    mixcon::detail::row_readings<typename Problem::statistics_type, V> reading;
    for_each_position<Problem::count>([&](auto k) {
      constexpr int position = decltype(k)::value;
      get<position>(reading) = get<position>(saved_.reading[at]).template spread<V>();
    });
    V by_scale{}, by_bias{};
    for_each_vector<V>(p.candidates.count(), [&](index_t c, int stale) {
      const V s = p.similarity.template at<V>(a, c), factor = p.logits.template factor<V>(a, c);
      const logit_pair<V> pair = p.template shared_pair<V>(a, c, s);
      const V by_logit = mixcon::detail::gradient_by_logit<V>(p, saved_, reading, a, pair);
      if (to_.wants_scale) {
        const mask_of<V> fresh = fresh_lanes<V>(stale);
        by_scale += mixcon::choose(fresh, Problem::slope_times(by_logit, Problem::scaled(s, factor)), V(0));
        by_bias += mixcon::choose(fresh, by_logit, V(0));
      }
      to.put(to.logits, a, c, stale, by_logit * (V(p.scale) * factor));
      to.put(to.pair_bias, a, c, stale, by_logit);
      to.put(to.pair_scale, a, c, stale, Problem::slope_times(by_logit, V(p.scale) * s));
      if (to.targets)
        to.put(to.targets, a, c, stale,
               p.template target_gradient<V>(reading, saved_.adjoint + a * Problem::count, pair));
    });
    for (int k = 0; to_.wants_scale && k < lane_count<V>(); ++k)
      to_.scale[at] += mixcon::lane(by_scale, k), to_.bias[at] += mixcon::lane(by_bias, k);
  }

  const Problem& p_;
  const Saved& saved_;
  mixcon::detail::packed_gradients<T>& to_;
};

/// How many rows one task takes.
inline index_t rows_of_task(index_t columns) {
  constexpr index_t entries = 16384;
  return columns < entries ? entries / columns : 1;
}

/// Calls visit(V(), first, last) for blocks of anchors, V being the lanes that a row of candidates fills.
template <class For, class Problem, class Visit>
void visit_given_rows(mixcon::detail::team& threads, const Problem& p, Visit&& visit) {
  using T = typename Problem::number;
  const index_t number = p.anchors.count(), columns = p.candidates.count(), at_once = rows_of_task(columns);
  with_lanes_for<T, For>(columns, [&](auto lanes) {
    threads.run(blocks_of(number, at_once), [&](index_t block) {
      const index_t first = block * at_once, last = first + at_once;
      visit(lanes, first, last < number ? last : number);
    });
  });
}

/// The sweep by given rows.
template <class For, class Problem>
void gather_by_given_rows(mixcon::detail::team& threads, const Problem& p, typename Problem::row_states& states) {
  const given_gather<Problem, For> gather(p);
  visit_given_rows<For>(threads, p, [&](auto lanes, index_t first, index_t last) {
    gather.template rows<decltype(lanes)>(first, last, states);
  });
}
template <class For, class Problem, class Saved, class T = typename Problem::number>
void scatter_by_given_rows(mixcon::detail::team& threads, const Problem& p, const Saved& saved,
                           mixcon::detail::packed_gradients<T>& to) {
  const given_scatter<Problem, Saved, For> scatter(p, saved, to);
  visit_given_rows<For>(threads, p, [&](auto lanes, index_t first, index_t last) {
    scatter.template rows<decltype(lanes)>(first, last);
  });
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
