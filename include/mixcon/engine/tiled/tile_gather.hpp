// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/engine/call/pair_visit.hpp>
#include <mixcon/engine/tiled/lane_states.hpp>
#include <mixcon/engine/tiled/tile.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// What the anchors of a block saw so far: a state a lane, and one for the columns that fill no vector.
template <class Problem>
class row_observer {
  using T = typename Problem::number;
  using vector = native_lanes<T>;
  template <class U>
  using state = mixcon::detail::row_state<Problem, U>;

 public:
  row_observer(const Problem& p, const prepared<Problem>& with, index_t rows)
      : p_(p), with_(with), on_lanes_(static_cast<std::size_t>(rows)), one_by_one_(static_cast<std::size_t>(rows)) {}

  /// The rows of a tile whose products are there; the first is row `from` of this.
  void observe(tile<Problem>& products, index_t from) {
    for (index_t r = 0; r < products.rows(); ++r) observe_row(products, r, static_cast<std::size_t>(from + r));
  }
  /// Joins what the lanes of row r saw with the rest and with the anchor's own candidates.
  void finish(index_t r, index_t anchor, state<T>& whole) {
    if (p_.own_count > 0) {
      mixcon::detail::gather_by_pair<Problem> observe(p_);
      mixcon::detail::visit_own(p_, anchor, observe);
      observe.finish(whole);
    }
    level(p_, on_lanes_[static_cast<std::size_t>(r)]);
    state<T> shared = folded(p_, on_lanes_[static_cast<std::size_t>(r)]);
    shared.merge(p_, one_by_one_[static_cast<std::size_t>(r)]);
    if (p_.own_count == 0)
      whole = shared;
    else
      whole.merge(p_, shared);
  }

 private:
  /// The pairs of one row of a tile, in memory that nobody sets first.
  class pairs_of_strip {
   public:
    void add(const logit_pair<vector>& pair) { new (memory_ + count_++ * sizeof pair) logit_pair<vector>(pair); }
    const logit_pair<vector>* first() const {
      return std::launder(reinterpret_cast<const logit_pair<vector>*>(memory_));
    }
    index_t count() const { return static_cast<index_t>(count_); }

   private:
    alignas(logit_pair<vector>) unsigned char memory_[tile<Problem>::most_vectors * sizeof(logit_pair<vector>)];
    std::size_t count_ = 0;
  };

  [[gnu::flatten]] void observe_row(tile<Problem>& products, index_t r, std::size_t at) {
    const index_t a = products.first_row() + r, first = products.first_column();
    pairs_of_strip pairs;
    for (index_t j = 0; j < products.whole_columns(); j += tile<Problem>::lanes)
      pairs.add(pair_at<vector>(a, first + j, load_vector(products.entry(r, j))));
    observe_pairs(on_lanes_[at], pairs.first(), pairs.count());
    for (index_t j = products.whole_columns(); j < products.columns(); ++j) {
      const logit_pair<T> pair = pair_at<T>(a, first + j, *products.entry(r, j));
      observe_pairs(one_by_one_[at], &pair, 1);
    }
  }
  template <class U>
  logit_pair<U> pair_at(index_t a, index_t c, const U& dot) const {
    similarity_slopes<U> slopes;
    near_pairs<U> nearby;
    return p_.template shared_pair<U>(a, c, similarity_at(p_, with_, a, c, dot, slopes, nearby));
  }
  /// Makes room once for a whole strip, then takes every pair at the cost of one exponential. The strip has sums of its
  /// own, so that the row's are of few terms.
  template <class U>
  void observe_pairs(state<U>& s, const logit_pair<U>* pairs, index_t count) const {
    if (count == 0) return;
    for_each_position<Problem::count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      const auto& statistic = get<at>(p_.statistics);
      if constexpr (requires { statistic.make_room(get<at>(s.of), statistic.height(pairs[0])); }) {
        U top = statistic.height(pairs[0]);
        for (index_t i = 1; i < count; ++i) {
          const U height = statistic.height(pairs[i]);
          top = mixcon::choose(height > top, height, top);
        }
        statistic.make_room(get<at>(s.of), top);
      }
    });
    if (count == 1) return s.observe(p_, pairs[0]);
    state<U> strip = s.beside(p_);
    for (index_t i = 0; i < count; ++i) strip.observe(p_, pairs[i]);
    s.keep(p_, strip);
  }

  const Problem& p_;
  const prepared<Problem>& with_;
  std::vector<state<vector>> on_lanes_;
  std::vector<state<T>> one_by_one_;
};

/// Gathers the statistics of one block of anchors over all candidates, tile by tile.
template <class Problem>
class block_gather {
 public:
  block_gather(const Problem& p, const prepared<Problem>& with, index_t block)
      : with_(with), tile_(p, block, 0), rows_(p, with, tile_.rows()) {}

  void observe(index_t column_block) {
    tile_.move_to(column_block);
    tile_.multiply(with_.candidates);
    rows_.observe(tile_, 0);
  }
  template <class States>
  void finish(States& states) {
    for (index_t r = 0; r < tile_.rows(); ++r) {
      const index_t a = tile_.first_row() + r;
      rows_.finish(r, a, states[static_cast<std::size_t>(a)]);
    }
  }

 private:
  const prepared<Problem>& with_;
  tile<Problem> tile_;
  row_observer<Problem> rows_;
};

/// The same where anchors are the candidates: a tile above the diagonal serves its anchors and, transposed, its
/// candidates, so that half of the products are left out.
template <class Problem>
class triangle_gather {
 public:
  triangle_gather(const Problem& p, const prepared<Problem>& with)
      : p_(p), with_(with), rows_(p, with, p.anchors.count()) {}

  /// Pairs of blocks that share no block may be observed at the same time.
  void observe(index_t block, index_t column_block) {
    tile<Problem> products(p_, block, column_block, tile_columns);
    products.multiply(with_.candidates);
    rows_.observe(products, products.first_row());
    if (block == column_block) return;
    tile<Problem> mirrored(p_, column_block, block, tile_columns);
    mirrored.take_transposed(products);
    rows_.observe(mirrored, mirrored.first_row());
  }
  template <class States>
  void finish(index_t block, States& states) {
    for (index_t a = block * tile_columns; a < p_.anchors.count() && a < (block + 1) * tile_columns; ++a)
      rows_.finish(a, a, states[static_cast<std::size_t>(a)]);
  }

 private:
  const Problem& p_;
  const prepared<Problem>& with_;
  row_observer<Problem> rows_;
};

/// Gathers the statistics of anchors and, seen from their side, of candidates: a tile's products serve both.
template <class Rows, class Columns>
class both_gather {
 public:
  both_gather(const Rows& rows, const prepared<Rows>& with_rows, const Columns& columns,
              const prepared<Columns>& with_columns)
      : p_(rows),
        transposed_(columns),
        with_(with_rows),
        rows_(rows, with_rows, rows.anchors.count()),
        columns_(columns, with_columns, columns.anchors.count()) {}

  /// Tiles that share neither a block of anchors nor one of candidates may be observed at the same time.
  void observe(index_t block, index_t column_block) {
    tile<Rows> products(p_, block, column_block, tile_columns);
    products.multiply(with_.candidates);
    rows_.observe(products, products.first_row());
    tile<Columns> mirrored(transposed_, column_block, block, tile_columns);
    mirrored.take_transposed(products);
    columns_.observe(mirrored, mirrored.first_row());
  }
  template <class RowStates, class ColumnStates>
  void finish(RowStates& by_row, ColumnStates& by_column) {
    for (index_t a = 0; a < p_.anchors.count(); ++a) rows_.finish(a, a, by_row[static_cast<std::size_t>(a)]);
    for (index_t c = 0; c < p_.candidates.count(); ++c) columns_.finish(c, c, by_column[static_cast<std::size_t>(c)]);
  }

 private:
  const Rows& p_;
  const Columns& transposed_;
  const prepared<Rows>& with_;
  row_observer<Rows> rows_;
  row_observer<Columns> columns_;
};

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
