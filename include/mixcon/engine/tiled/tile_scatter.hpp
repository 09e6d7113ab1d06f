// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The backward pass over tiles: weights of pairs, and their products with rows, in rounds.

#include <mixcon/engine/tiled/own_pairs.hpp>
#include <mixcon/engine/tiled/team.hpp>
#include <mixcon/engine/tiled/tile_weigher.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// The sweep by tiles: every block of anchors meets every block of candidates, in rounds.
template <class For, class Problem, class Saved, class T = typename Problem::number>
void scatter_by_tiles(mixcon::detail::team& threads, const Problem& p, const Saved& saved,
                      mixcon::detail::packed_gradients<T>& to) {
  const prepared<T> with(p);
  const index_t rows = blocks_of(p.anchors.count(), tile_rows);
  tile_weigher<Problem, Saved, For> weigher(p, with, saved, to);
  tile_products<T> products(p.anchors, p.candidates, to);
  reserve_tiles<T>(p.memory, threads.size(), tile_rows);
  threads.cross(rows, blocks_of(p.candidates.count(), tile_columns), [&](index_t block, index_t other) {
    tile<T> weights = tile_of(p, block, other, tile_rows);
    weights.multiply(with.candidates);
    weigher.weigh(weights);
    products.add(weights);
  });
  weigher.add_selves();
  if (p.own_count > 0) threads.run(rows, [&](index_t block) { scatter_own(p, saved, to, block); });
}

/// The sweep by triangle, where anchors are the candidates and both gradients go to one place: the weights of a pair in
/// both orders are added before they are multiplied.
template <class For, class Problem, class Saved, class T = typename Problem::number>
void scatter_by_triangle(mixcon::detail::team& threads, const Problem& p, const Saved& saved,
                         mixcon::detail::packed_gradients<T>& to) {
  const prepared<T> with(p);
  tile_weigher<Problem, Saved, For> weigher(p, with, saved, to);
  tile_products<T> products(p.anchors, p.candidates, to);
  reserve_tiles<T>(p.memory, 2 * threads.size(), tile_columns);
  threads.play(blocks_of(p.candidates.count(), tile_columns), [&](index_t block, index_t other) {
    tile<T> weights = tile_of(p, block, other, tile_columns), mirrored = tile_of(p, other, block, tile_columns);
    weights.multiply(with.candidates);
    if (block != other) mirrored.take_transposed(weights);
    weigher.weigh(weights);
    if (block == other) {
      mirrored.take_transposed(weights);
      weights.add(mirrored);
    } else {
      weigher.weigh(mirrored);
      weights.add_transposed(mirrored);
    }
    products.add_both(weights, block == other);
  });
}

/// The sweep in both directions: the weights of a pair in both are added before they are multiplied, and their products
/// go to `to_rows`.
template <class For, class Rows, class SavedRows, class Columns, class SavedColumns, class T = typename Rows::number>
void scatter_both_directions(mixcon::detail::team& threads, const Rows& p, const SavedRows& saved_rows,
                             const Columns& transposed, const SavedColumns& saved_columns,
                             mixcon::detail::packed_gradients<T>& to_rows,
                             mixcon::detail::packed_gradients<T>& to_columns) {
  const prepared<T> with(p), with_transposed(transposed, false);
  tile_weigher<Rows, SavedRows, For> by_row(p, with, saved_rows, to_rows);
  tile_weigher<Columns, SavedColumns, For> by_column(transposed, with_transposed, saved_columns, to_columns);
  tile_products<T> products(p.anchors, p.candidates, to_rows);
  reserve_tiles<T>(p.memory, 2 * threads.size(), tile_columns);
  threads.cross(blocks_of(p.anchors.count(), tile_columns), blocks_of(p.candidates.count(), tile_columns),
                [&](index_t block, index_t other) {
                  tile<T> weights = tile_of(p, block, other, tile_columns),
                          mirrored = tile_of(transposed, other, block, tile_columns);
                  weights.multiply(with.candidates);
                  mirrored.take_transposed(weights);
                  by_row.weigh(weights);
                  by_column.weigh(mirrored);
                  weights.add_transposed(mirrored);
                  products.add_product(weights);
                });
  by_row.add_selves();
  by_column.add_selves();
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
