// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What `loss_of_states` asks of other ranks: the hooks of a divided call, for rows and for columns.

#include <mixcon/engine/call/loss_of_states.hpp>
#include <mixcon/ranks/shards.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// The hooks of loss_of_states that do not depend on blocks. `first_anchor` is 0: numbers that a loss has for each
/// anchor are each rank's own.
template <class Board, class Statistics, int Count>
struct parts_of_ranks {
  static constexpr bool is_whole = false;
  static constexpr index_t first_anchor = 0;
  const Board& board;
  const Statistics& statistics;
  index_t first_row, rows;  // this rank's first among the rows of all, and how many these are

  template <class Number>
  void add_up(Number* numbers, index_t count) const {
    board.add_up(numbers, count);
  }
  template <class Ask>
  void refuse_together(Ask&& ask) const {
    board.refuse_together(ask);
  }
  bool is_first(bool yes) const {
    const auto all = board.each_of(yes ? 1 : 0);
    for (index_t r = 0; r < board.me(); ++r)
      if (all[static_cast<std::size_t>(r)] != 0) return false;
    return yes;
  }
  template <class State>
  void merge(State& batch) const {
    using bytes = state_bytes<State>;
    std::vector<unsigned char> mine(bytes::size), all(bytes::size * static_cast<std::size_t>(board.size()));
    bytes::write(batch, mine.data());
    board.ranks().all_gather(mine.data(), mine.size(), all.data());
    batch = State{};
    for (index_t r = 0; r < board.size(); ++r)
      batch.merge(statistics, bytes::read(all.data() + static_cast<std::size_t>(r) * bytes::size));
  }
  template <class Readings>
  void share_readings(const scratch<Readings>& mine, scratch<Readings>& all) const {
    const auto of_ranks = board.all_of(mine.data(), mine.size());
    for (const auto& reading : of_ranks.values) all.push_back(reading);
  }
  template <class Number>
  void add_to_owners(scratch<Number>& by_candidate, scratch<Number>& mine) const {
    board.add_up(by_candidate.data(), static_cast<index_t>(by_candidate.size()));
    const auto first = static_cast<std::size_t>(first_row * Count);
    for (std::size_t k = 0; k < mine.size(); ++k) mine[k] += by_candidate[first + k];
  }
  index_t all_candidates() const { return rows; }
};

/// The hooks for this rank's anchors: blocks of candidates pass by once more where formulas are asked of pairs.
template <class Board, class Statistics, int Count, class Blocks>
struct row_parts : parts_of_ranks<Board, Statistics, Count> {
  const Blocks& blocks;  // calls visit(problem) for each
  row_parts(const parts_of_ranks<Board, Statistics, Count>& common, const Blocks& each)
      : parts_of_ranks<Board, Statistics, Count>(common), blocks(each) {}
  template <class Visit>
  void each_block(Visit&& visit) const {
    blocks(visit);
  }
};
/// The hooks for this rank's candidates, where the loss has a column direction: no formula is asked of their pairs, and
/// whether one sees an anchor is known by its count.
template <class Board, class Statistics, int Count, class Problem>
struct column_parts : parts_of_ranks<Board, Statistics, Count> {
  struct counted : Problem {
    static constexpr bool may_hide = false;
  };
  const Problem& problem;
  column_parts(const parts_of_ranks<Board, Statistics, Count>& common, const Problem& of)
      : parts_of_ranks<Board, Statistics, Count>(common), problem(of) {}
  template <class Visit>
  void each_block(Visit&& visit) const {
    visit(counted{problem});
  }
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
