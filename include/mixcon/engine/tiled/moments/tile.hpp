// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// One tile of a visit by moments: products, and at once sums of exponentials over its rows and over its columns.

#include <mixcon/core/number/bounded_exp2.hpp>
#include <mixcon/core/number/lane_loops.hpp>
#include <mixcon/core/phases.hpp>
#include <mixcon/engine/tiled/tile_product.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// What a tile's pairs have to be asked.
enum class pair_tests {
  none,    // all are negatives, of both sides
  by_key,  // negatives, or positives where the keys are equal
  every    // some are hidden, or beyond the last candidate, or the tile lies on the diagonal of a triangle
};

/// One side of a tile, by rows: the keys that they have as anchors and as candidates, and their numbers among the rows
/// that have keys. Whole vectors may be read of each.
struct keyed_rows {
  const std::int32_t *as_anchor, *as_candidate, *number;
  static constexpr std::int32_t no_number = -1, no_row = -2;  // without a key; beyond the last
};

/// A tile: rows are anchors, columns candidates; and the other way round.
template <class T, int K>
struct moment_tile {
  strided<T> anchors;
  rows_of_vectors<T> candidates;
  index_t rows, columns, depth;
  keyed_rows of_rows, of_columns;
  bool hides_self, hides_others;
  bool on_diagonal;  // the rows are the columns: pairs on and above the diagonal are visited, those on it once
  T times[static_cast<unsigned>(K)], shift[static_cast<unsigned>(K)];
  T* kept = nullptr;  // where products are stored too, in whole vectors; null: nowhere
};

/// The sums of one tile: of lanes for its rows, and for its columns.
template <class V, int K, index_t Rows, index_t Columns>
struct tile_sums {
  using T = scalar_of<V>;
  static constexpr auto sums = static_cast<unsigned>(K);
  V row_far[static_cast<unsigned>(Rows)][sums], row_near[static_cast<unsigned>(Rows)][sums];
  alignas(64) T column_far[sums][static_cast<unsigned>(Columns)], column_near[sums][static_cast<unsigned>(Columns)];

  // not set when it is made
  tile_sums() {}
};
/// The lanes added up, by halves.
template <class V>
MIXCON_IN_LOOPS scalar_of<V> sum_by_halves(const V& x) {
  if constexpr (lane_count<V>() == 1)
    return x;
  else
    return sum_by_halves<lane_part<V, 2>>(mixcon::part<2>(x, 0) + mixcon::part<2>(x, 1));
}

/// Pairs that a side hides, given those of equal keys: an answer a lane.
template <class V, class Tile>
MIXCON_IN_LOOPS inline mask_of<V> hidden_pairs(const Tile& tile, index_t r, index_t c, const mask_of<V>& same) {
  const std::int32_t number = tile.of_rows.number[r], *const others = tile.of_columns.number + c;
  mask_of<V> hidden = mask_of<V>::equal(others, keyed_rows::no_row);
  if (tile.hides_self && number >= 0) hidden = hidden || mask_of<V>::equal(others, number);
  if (tile.hides_others && number >= 0) hidden = hidden || (!mask_of<V>::equal(others, keyed_rows::no_number) && !same);
  return hidden;
}

/// Adds the exponentials of `count` rows of products, which lie `Vectors` vectors apart, to a tile's sums; the first is
/// row r, column c of the tile. Each sum takes few terms at a time.
template <pair_tests Tests, class V, unsigned Vectors, class Tile, int K, class Sums>
MIXCON_IN_LOOPS inline void add_products(const Tile& tile, const scalar_of<V>* products, index_t r, index_t count,
                                         index_t c, Sums& to) {
  using T = scalar_of<V>;
  using mixcon::detail::load_as, mixcon::detail::store_as;
  constexpr index_t width = lane_count<V>();
  constexpr auto sums = static_cast<unsigned>(K);
  V times[sums], shift[sums], far_below[Vectors][sums], near_below[Vectors][sums];
  MIXCON_UNROLL
  for (unsigned k = 0; k < sums; ++k) times[k] = V(tile.times[k]), shift[k] = V(tile.shift[k]);
  for (index_t i = 0; i < count; ++i) {
    V negative[sums], positive[sums];
    const std::int32_t own = tile.of_rows.as_anchor[r + i], other = tile.of_rows.as_candidate[r + i];
    MIXCON_UNROLL
    for (unsigned v = 0; v < Vectors; ++v) {
      const index_t at = c + v * width;
      const V s = load_as<V>(products + (i * Vectors + v) * width);
      [[maybe_unused]] mask_of<V> same{}, same_below{}, hidden{}, hidden_below{};
      if constexpr (Tests != pair_tests::none) {
        same = mask_of<V>::equal(tile.of_columns.as_candidate + at, own);
        same_below = mask_of<V>::equal(tile.of_columns.as_anchor + at, other);
      }
      if constexpr (Tests == pair_tests::every) {
        hidden = hidden_pairs<V>(tile, r + i, at, same);
        hidden_below = hidden_pairs<V>(tile, r + i, at, same_below);
        if (tile.on_diagonal) {
          const V column = V::numbered() + V(static_cast<T>(at)), row(static_cast<T>(r + i));
          hidden = hidden || column < row;
          hidden_below = hidden_below || column <= row;
        }
      }
      MIXCON_UNROLL
      for (unsigned k = 0; k < sums; ++k) {
        const V e = bounded_exp2_of(s, times[k], shift[k]);
        if constexpr (Tests == pair_tests::none) {
          negative[k] += e, far_below[v][k] += e;
        } else {
          V seen = e, seen_below = e;
          if constexpr (Tests == pair_tests::every) {
            seen = mixcon::choose(hidden, V(T(0)), e);
            seen_below = mixcon::choose(hidden_below, V(T(0)), e);
          }
          const V attracted = mixcon::choose(same, seen, V(T(0))),
                  positive_below = mixcon::choose(same_below, seen_below, V(T(0)));
          negative[k] += seen - attracted, positive[k] += attracted;
          far_below[v][k] += seen_below - positive_below, near_below[v][k] += positive_below;
        }
      }
    }
    MIXCON_UNROLL
    for (unsigned k = 0; k < sums; ++k) {
      to.row_far[r + i][k] += negative[k];
      if constexpr (Tests != pair_tests::none) to.row_near[r + i][k] += positive[k];
    }
  }
  MIXCON_UNROLL
  for (unsigned v = 0; v < Vectors; ++v) {
    MIXCON_UNROLL
    for (unsigned k = 0; k < sums; ++k) {
      T* const below = to.column_far[k] + c + v * width;
      store_as(below, load_as<V>(below) + far_below[v][k]);
      if constexpr (Tests == pair_tests::none) continue;
      T* const positive = to.column_near[k] + c + v * width;
      store_as(positive, load_as<V>(positive) + near_below[v][k]);
    }
  }
}

/// The same, compiled for an instruction set.
template <class For, int K, class T, class Sums>
[[gnu::noinline]] void add_strip(const moment_tile<T, K>& tile, pair_tests tests, const T* products, index_t r,
                                 index_t count, index_t c, Sums& to) {
  using V = typename For::template vector<T>;
  using Tile = moment_tile<T, K>;
  constexpr unsigned vectors = register_tile<For>::vectors;
  if (tests == pair_tests::none)
    run_for<For>([&] { add_products<pair_tests::none, V, vectors, Tile, K>(tile, products, r, count, c, to); });
  else if (tests == pair_tests::by_key && For::bytes > 16)  // where that is rare: a file compiles faster
    run_for<For>([&] { add_products<pair_tests::by_key, V, vectors, Tile, K>(tile, products, r, count, c, to); });
  else
    run_for<For>([&] { add_products<pair_tests::every, V, vectors, Tile, K>(tile, products, r, count, c, to); });
}

/// Starts the sums of a tile, and ends them: adds each row's and each column's to `by_row` and `by_column` (none: not
/// wanted).
template <class V, int K, index_t Rows, index_t Columns>
MIXCON_IN_LOOPS inline void start(tile_sums<V, K, Rows, Columns>& sums, index_t rows) {
  using T = scalar_of<V>;
  for (unsigned k = 0; k < static_cast<unsigned>(K); ++k) {
    for (index_t r = 0; r < rows; ++r) sums.row_far[r][k] = sums.row_near[r][k] = V(T(0));
    for (index_t c = 0; c < Columns; c += lane_count<V>()) {
      mixcon::detail::store_as(sums.column_far[k] + c, V(T(0)));
      mixcon::detail::store_as(sums.column_near[k] + c, V(T(0)));
    }
  }
}
template <class V, int K, index_t Rows, index_t Columns, class PairSums>
MIXCON_IN_LOOPS inline void finish(const tile_sums<V, K, Rows, Columns>& sums, index_t rows, index_t columns,
                                   PairSums* by_row, PairSums* by_column) {
  for (int k = 0; k < K; ++k) {
    for (index_t r = 0; r < rows; ++r) {
      by_row[r].negative[k] += static_cast<double>(sum_by_halves(sums.row_far[r][k]));
      by_row[r].positive[k] += static_cast<double>(sum_by_halves(sums.row_near[r][k]));
    }
    for (index_t c = 0; by_column != nullptr && c < columns; ++c) {
      by_column[c].negative[k] += static_cast<double>(sums.column_far[k][c]);
      by_column[c].positive[k] += static_cast<double>(sums.column_near[k][c]);
    }
  }
}

/// The products of a tile, and the sums of their exponentials: a strip of rows by a few vectors of columns at a time,
/// which stay where the processor finds them at once.
template <class For, class T, int K, class PairSums>
[[gnu::noinline]] void visit_tile_for(const moment_tile<T, K>& tile, pair_tests tests, PairSums* by_row,
                                      PairSums* by_column) {
  using V = typename For::template vector<T>;
  constexpr unsigned vectors = register_tile<For>::vectors;
  constexpr index_t most = 192, step = vectors * lane_count<V>();
  static_assert(most % step == 0);
  tile_sums<V, K, most, most> sums;
  alignas(64) T products[register_tile<For>::rows * static_cast<unsigned>(step)];
  run_for<For>([&] { start(sums, tile.rows); });
  for (index_t c = 0; c < tile.columns; c += step) {
    const index_t end = tile.on_diagonal && c + step < tile.rows ? c + step : tile.rows;
    for_each_strip<For>(end, [&](auto count, index_t r) {
      constexpr unsigned rows = decltype(count)::value;
      [[maybe_unused]] timed_phase strip(phase::products);
      product_of_strip<For, V, rows, vectors>(
          false, tile.depth, strided<T>{tile.anchors.data + r * tile.anchors.row, tile.anchors.row, tile.anchors.step},
          rows_of_vectors<T>{tile.candidates.data + c, tile.candidates.row}, products, step);
      strip.then(phase::epilogue);
      add_strip<For, K>(tile, tests, products, r, rows, c, sums);
      for (unsigned i = 0; tile.kept != nullptr && i < rows; ++i)
        __builtin_memcpy(tile.kept + (r + i) * most + c, products + i * step,
                         static_cast<std::size_t>(step) * sizeof(T));
    });
  }
  run_for<For>([&] { finish(sums, tile.rows, tile.columns, by_row, by_column); });
}
template <class T, int K, class PairSums>
void visit_tile(const moment_tile<T, K>& tile, pair_tests tests, PairSums* by_row, PairSums* by_column) {
  for_set_in_use([&](auto set) { visit_tile_for<decltype(set)>(tile, tests, by_row, by_column); });
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
