// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The forward pass over tiles: gathers statistics of anchors, of both orders of a pair, or of both directions.

#include <mixcon/core/phases.hpp>
#include <mixcon/engine/call/pair_visit.hpp>
#include <mixcon/engine/tiled/lane_states.hpp>
#include <mixcon/engine/tiled/own_pairs.hpp>
#include <mixcon/engine/tiled/team.hpp>
#include <mixcon/engine/tiled/tile.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// The pairs of one row of a tile, in memory that nobody sets first.
template <class V>
class pairs_of_strip {
  using pair = logit_pair<V>;
  static constexpr index_t most = tile_columns / lane_count<V>();

 public:
  void add(const pair& one) { new (memory_ + count_++ * sizeof one) pair(one); }
  const pair* first() const { return std::launder(reinterpret_cast<const pair*>(memory_)); }
  index_t count() const { return static_cast<index_t>(count_); }

 private:
  alignas(pair) unsigned char memory_[most * sizeof(pair)];
  std::size_t count_ = 0;
};

/// Makes room once for a whole strip of pairs, then takes every pair at the cost of one exponential. The strip has sums
/// of its own, so that the row's are of few terms.
template <class Statistics, class U>
MIXCON_IN_LOOPS void observe_pairs(const Statistics& statistics, mixcon::detail::row_state<Statistics, U>& s,
                                   const logit_pair<U>* pairs, index_t count) {
  if (count == 0) return;
  for_each_position<Statistics::size>([&](auto k) {
    constexpr int at = decltype(k)::value;
    const auto& statistic = get<at>(statistics);
    if constexpr (requires { statistic.make_room(get<at>(s.of), statistic.height(pairs[0])); }) {
      U top = statistic.height(pairs[0]);
      for (index_t i = 1; i < count; ++i) {
        const U height = statistic.height(pairs[i]);
        top = mixcon::choose(height > top, height, top);
      }
      statistic.make_room(get<at>(s.of), top);
    }
  });
  if (count == 1) return s.observe(statistics, pairs[0]);
  auto strip = s.beside(statistics);
  for (index_t i = 0; i < count; ++i) strip.observe(statistics, pairs[i]);
  s.keep(statistics, strip);
}

/// What the anchors of a block saw so far: a state a lane, and one for the columns that fill no vector.
template <class Problem, class For>
class row_observer {
  using T = typename Problem::number;
  using vector = typename For::template vector<T>;
  template <class U>
  using state = mixcon::detail::state_of<Problem, U>;

 public:
  [[gnu::noinline]] row_observer(const Problem& p, const prepared<T>& with, index_t rows)
      : p_(p),
        with_(with),
        on_lanes_(p.memory, static_cast<std::size_t>(rows)),
        one_by_one_(p.memory, static_cast<std::size_t>(rows)) {}

  /// Memory for so many of them at the same time.
  static void reserve(workspace* memory, index_t times, index_t rows) {
    if (memory == nullptr) return;
    memory->reserve(times, static_cast<std::size_t>(rows) * sizeof(state<vector>));
    memory->reserve(times, static_cast<std::size_t>(rows) * sizeof(state<T>));
  }
  /// The rows of a tile whose products are there; the first is row `from` of this.
  [[gnu::noinline]] void observe(tile<T>& products, index_t from) {
    [[maybe_unused]] const timed_phase observing(phase::epilogue);
    run_for<For>([&] {
      for (index_t r = 0; r < products.rows(); ++r) observe_row(products, r, static_cast<std::size_t>(from + r));
    });
  }
  /// Joins what the lanes of row r saw with the rest and with the anchor's own candidates.
  [[gnu::noinline]] void join_lanes(index_t r, index_t anchor, state<T>& whole) {
    if (p_.own_count > 0) gather_own(p_, anchor, whole);
    state<T> shared;
    run_for<For>([&] {
      level(p_.statistics, on_lanes_[static_cast<std::size_t>(r)]);
      shared = folded(p_.statistics, on_lanes_[static_cast<std::size_t>(r)]);
    });
    shared.merge(p_.statistics, one_by_one_[static_cast<std::size_t>(r)]);
    if (p_.own_count == 0)
      whole = shared;
    else
      whole.merge(p_.statistics, shared);
  }

 private:
  MIXCON_IN_LOOPS void observe_row(tile<T>& products, index_t r, std::size_t at) {
    const index_t a = products.first_row() + r, first = products.first_column();
    pairs_of_strip<vector> pairs;
    const index_t whole = products.whole_columns(lane_count<vector>());
    for (index_t j = 0; j < whole; j += lane_count<vector>())
      pairs.add(pair_at<vector>(a, first + j, mixcon::detail::load_as<vector>(products.entry(r, j))));
    observe_pairs(p_.statistics, on_lanes_[at], pairs.first(), pairs.count());
    if (whole < products.columns()) observe_rest(products, r, at);
  }
  /// The columns that fill no vector.
  [[gnu::noinline]] void observe_rest(tile<T>& products, index_t r, std::size_t at) {
    const index_t a = products.first_row() + r, first = products.first_column();
    for (index_t j = products.whole_columns(lane_count<vector>()); j < products.columns(); ++j) {
      const logit_pair<T> pair = pair_at<T>(a, first + j, *products.entry(r, j));
      one_by_one_[at].make_room(p_.statistics, pair);
      one_by_one_[at].observe(p_.statistics, pair);
    }
  }
  template <class U>
  MIXCON_IN_LOOPS logit_pair<U> pair_at(index_t a, index_t c, const U& dot) const {
    similarity_slopes<U> slopes;
    near_pairs<U> nearby;
    return p_.template shared_pair<U>(a, c, similarity_at<For>(p_, with_, a, c, dot, slopes, nearby));
  }

  const Problem& p_;
  const prepared<T>& with_;
  scratch<state<vector>> on_lanes_;
  scratch<state<T>> one_by_one_;
};

/// The sweep by tiles: each block of anchors is a task, and goes over all candidates.
template <class For, class Problem>
void gather_by_tiles(mixcon::detail::team& threads, const Problem& p, typename Problem::row_states& states) {
  using T = typename Problem::number;
  const prepared<T> with(p);
  const index_t columns = blocks_of(p.candidates.count(), tile_columns);
  reserve_tiles<T>(p.memory, threads.size(), tile_rows);
  row_observer<Problem, For>::reserve(p.memory, threads.size(), tile_rows);
  threads.run(blocks_of(p.anchors.count(), tile_rows), [&](index_t block) {
    tile<T> products = tile_of(p, block, 0, tile_rows);
    row_observer<Problem, For> rows(p, with, tile_rows);
    for (index_t column = 0; column < columns; ++column) {
      products.move_to(column);
      products.multiply(with.candidates);
      rows.observe(products, 0);
    }
    for (index_t r = 0; r < products.rows(); ++r) {
      const index_t a = products.first_row() + r;
      rows.join_lanes(r, a, states[static_cast<std::size_t>(a)]);
    }
  });
}

/// The sweep by triangle, where anchors are the candidates: a tile above the diagonal serves its anchors and,
/// transposed, its candidates, so that half of the products are left out.
template <class For, class Problem>
void gather_by_triangle(mixcon::detail::team& threads, const Problem& p, typename Problem::row_states& states) {
  using T = typename Problem::number;
  const prepared<T> with(p);
  const index_t blocks = blocks_of(p.candidates.count(), tile_columns);
  row_observer<Problem, For> rows(p, with, p.anchors.count());
  reserve_tiles<T>(p.memory, 2 * threads.size(), tile_columns);
  threads.play(blocks, [&](index_t block, index_t other) {
    tile<T> products = tile_of(p, block, other, tile_columns);
    products.multiply(with.candidates);
    rows.observe(products, products.first_row());
    if (block == other) return;
    tile<T> mirrored = tile_of(p, other, block, tile_columns);
    mirrored.take_transposed(products);
    rows.observe(mirrored, mirrored.first_row());
  });
  threads.run(blocks, [&](index_t block) {
    for (index_t a = block * tile_columns; a < p.anchors.count() && a < (block + 1) * tile_columns; ++a)
      rows.join_lanes(a, a, states[static_cast<std::size_t>(a)]);
  });
}

/// The sweep in both directions: a tile's products serve its anchors and, seen from their side, its candidates.
template <class For, class Rows, class Columns>
void gather_both_directions(mixcon::detail::team& threads, const Rows& p, const Columns& transposed,
                            typename Rows::row_states& by_row, typename Columns::row_states& by_column) {
  using T = typename Rows::number;
  const prepared<T> with(p), with_transposed(transposed, false);
  row_observer<Rows, For> rows(p, with, p.anchors.count());
  row_observer<Columns, For> columns(transposed, with_transposed, transposed.anchors.count());
  reserve_tiles<T>(p.memory, 2 * threads.size(), tile_columns);
  threads.cross(blocks_of(p.anchors.count(), tile_columns), blocks_of(p.candidates.count(), tile_columns),
                [&](index_t block, index_t other) {
                  tile<T> products = tile_of(p, block, other, tile_columns);
                  products.multiply(with.candidates);
                  rows.observe(products, products.first_row());
                  tile<T> mirrored = tile_of(transposed, other, block, tile_columns);
                  mirrored.take_transposed(products);
                  columns.observe(mirrored, mirrored.first_row());
                });
  for (index_t a = 0; a < p.anchors.count(); ++a) rows.join_lanes(a, a, by_row[static_cast<std::size_t>(a)]);
  for (index_t c = 0; c < p.candidates.count(); ++c) columns.join_lanes(c, c, by_column[static_cast<std::size_t>(c)]);
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
