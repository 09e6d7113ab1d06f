// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What tiles of a visit by moments have in common: packed rows, keys, and which tiles need tests. Knows no loss.

#include <mixcon/engine/moments/found_state.hpp>
#include <mixcon/engine/tiled/moments/tile.hpp>
#include <mixcon/engine/tiled/tile.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// The keys of one side's rows, in whole blocks.
class keys_of_side {
 public:
  /// `as_anchors`: the rule where these rows are anchors; `as_candidates`: where they are candidates.
  [[gnu::noinline]] keys_of_side(const moments::described_rule& as_anchors,
                                 const moments::described_rule& as_candidates, index_t count, index_t with_keys,
                                 workspace* memory)
      : as_anchor_(memory), as_candidate_(memory), number_(memory) {
    const auto whole = static_cast<std::size_t>(blocks_of(count, tile_columns) * tile_columns);
    for (scratch<std::int32_t>* keys : {&as_anchor_, &as_candidate_, &number_}) keys->assign(whole, keyed_rows::no_row);
    for (int i = 0; i < static_cast<int>(count); ++i) {
      const auto at = static_cast<std::size_t>(i);
      as_anchor_[at] = as_anchors.key_of_anchor(i), as_candidate_[at] = as_candidates.key_of_candidate(i);
      number_[at] = i < with_keys ? i : keyed_rows::no_number;
    }
  }
  keyed_rows from(index_t row) const {
    return {as_anchor_.data() + row, as_candidate_.data() + row, number_.data() + row};
  }

 private:
  scratch<std::int32_t> as_anchor_, as_candidate_, number_;
};

/// Which tiles hold a positive.
class tiles_with_positives {
 public:
  tiles_with_positives(index_t row_blocks, index_t column_blocks, workspace* memory)
      : columns_(column_blocks), marks_(memory, static_cast<std::size_t>(row_blocks * column_blocks)) {}

  bool operator()(index_t block, index_t other) const {
    return marks_[static_cast<std::size_t>(block * columns_ + other)] != 0;
  }
  /// Marks the tiles of an anchor's positives, given the sizes of blocks: the tile of rows `turned ? candidate :
  /// anchor`. An anchor with many is taken to have some in every tile.
  [[gnu::noinline]] void mark(const moments::described_rule& rule, const moments::key_groups& of_candidates,
                              index_t anchors, index_t anchor_block, index_t candidate_block, bool turned) {
    const index_t blocks = turned ? static_cast<index_t>(marks_.size()) / columns_ : columns_;
    for (int a = 0; a < static_cast<int>(anchors); ++a) {
      const moments::positive_rows are(of_candidates, a, rule.key_of_anchor(a), rule.candidates, false);
      if (are.members > moments::few_members)
        for (index_t other = 0; other < blocks; ++other) set(a / anchor_block, other, turned);
      else
        for (int m = 0; m < are.members; ++m)
          set(a / anchor_block, of_candidates.member(are.key, m) / candidate_block, turned);
    }
  }

 private:
  void set(index_t block, index_t other, bool turned) {
    marks_[static_cast<std::size_t>(turned ? other * columns_ + block : block * columns_ + other)] = 1;
  }
  index_t columns_;
  scratch<char> marks_;
};

/// The visit of a problem's tiles: `sums` of rows and, if wanted, of columns.
template <class T, int K>
class moment_sweep {
  using rows_type = mixcon::detail::packed_rows<T>;

 public:
  using sums = scratch<moments::pair_sums<K>>;

  /// `by_rows`: the rule of the rows' direction; `by_columns`: that of the columns', or the same where nobody asks.
  /// Without `packs`, each visit is given its candidates' panel.
  [[gnu::noinline]] moment_sweep(const rows_type& anchors, const rows_type& candidates,
                                 const moments::sum_lines<K>& lines, const moments::described_rule& by_rows,
                                 const moments::described_rule& by_columns, index_t block_rows, workspace* memory,
                                 bool packs = true)
      : anchors_(anchors),
        candidates_(candidates),
        panels_(candidates, memory, packs),
        rule_(by_rows),
        block_rows_(block_rows),
        of_rows_(by_rows, by_columns, anchors.count(), by_rows.anchors, memory),
        of_columns_(by_columns, by_rows, candidates.count(), by_rows.candidates, memory),
        has_positives(row_blocks(), column_blocks(), memory) {
    for (int k = 0; k < K; ++k) times_[k] = static_cast<T>(lines.times[k]), shift_[k] = static_cast<T>(lines.shift[k]);
  }

  index_t row_blocks() const { return blocks_of(anchors_.count(), block_rows_); }
  index_t column_blocks() const { return blocks_of(candidates_.count(), tile_columns); }

  /// Adds what a tile comes to.
  void visit(index_t block, index_t other, bool on_diagonal, sums& by_row, sums* by_column, T* kept) const {
    visit(block, other, on_diagonal, by_row, by_column, kept, panels_[other]);
  }
  void visit(index_t block, index_t other, bool on_diagonal, sums& by_row, sums* by_column, T* kept,
             const rows_of_vectors<T>& panel) const {
    const index_t row = block * block_rows_, column = other * tile_columns;
    const index_t rows = smaller(anchors_.count() - row, block_rows_),
                  columns = smaller(candidates_.count() - column, tile_columns);
    moment_tile<T, K> tile{strided<T>{anchors_.row(row), anchors_.pitch(), 1},
                           panel,
                           rows,
                           columns,
                           anchors_.width(),
                           of_rows_.from(row),
                           of_columns_.from(column),
                           rule_.hides_self,
                           rule_.hides_others,
                           on_diagonal,
                           {},
                           {},
                           nullptr};
    for (int k = 0; k < K; ++k) tile.times[k] = times_[k], tile.shift[k] = shift_[k];
    tile.kept = kept;
    const bool has_self = rule_.hides_self && row < column + columns && column < row + rows;
    pair_tests tests = pair_tests::none;
    if (has_positives(block, other)) tests = pair_tests::by_key;
    if (has_self || on_diagonal || rule_.hides_others || columns < tile_columns) tests = pair_tests::every;
    visit_tile(tile, tests, by_row.data() + row, by_column != nullptr ? by_column->data() + column : nullptr);
  }

 private:
  static index_t smaller(index_t a, index_t b) { return a < b ? a : b; }

  const rows_type& anchors_;
  const rows_type& candidates_;
  panels<T> panels_;
  moments::described_rule rule_;
  index_t block_rows_;
  keys_of_side of_rows_, of_columns_;
  T times_[static_cast<unsigned>(K)], shift_[static_cast<unsigned>(K)];

 public:
  tiles_with_positives has_positives;
};

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
