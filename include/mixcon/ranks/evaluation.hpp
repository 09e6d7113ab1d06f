// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// One call over pairs where the rows lie on several ranks: what `evaluation` is in one process.

#include <mixcon/ranks/backward.hpp>
#include <mixcon/ranks/meeting_passes.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// The evaluation of a public call, on every rank at the same time.
template <class Ranks, class Objective, class Targets, class E>
class rank_evaluation {
  using Call = rank_call<Ranks, Objective, Targets, E>;
  using Board = typename Call::Board;
  using T = typename Call::T;
  using Saved = typename Call::Saved;

 public:
  rank_evaluation(const Ranks& executor, const Board& board, const Objective& objective, const Targets& targets,
                  const arguments<E>& call, workspace* memory)
      : of_(executor, board, objective, targets, call, memory) {}

  Saved fresh_saved() const { return Saved(of_.memory); }

  void check_gradients(const gradients<T>& wanted) const {
    telling_others(of_.board.ranks(), [&] {
      of_.board.refuse_together([&] {
        gradients<T> by_pair = wanted;
        by_pair.candidate_bias = {};
        of_.call.check_gradients(by_pair, with_all_candidates(of_.call.space(), of_.rows));
        check_gradient_shape(of_.call.function, "candidates' bias", wanted.candidate_bias,
                             axes<1>{of_.rows.mine().candidates});
      });
    });
  }

  template <class Given>
  loss_result<T> forward(Given& saved) const {
    static_assert(std::is_same_v<std::remove_const_t<Given>, Saved>,
                  "mixcon: `saved` is of another objective or of rows of another type; declare saved_for<"
                  "decltype(objective), decltype(rows)> with those of this call");
    return telling_others(of_.board.ranks(), [&] { return run(saved); });
  }
  template <class Given>
  void differentiate(const Given& saved, const gradients<T>& wanted) const {
    (clear)(wanted);
    backward(saved, 1, wanted);
  }
  template <class Given>
  void backward(const Given& saved, double upstream, const gradients<T>& wanted) const {
    telling_others(of_.board.ranks(), [&] { rank_backward<Call>(of_).add(saved, upstream, wanted); });
  }

 private:
  loss_result<T> run(Saved& saved) const {
    const directions& share = of_.objective.direction;
    if constexpr (Call::of_triplets) {
      return run_whole_rows(share.rows, saved);
    } else {
      const auto mine = of_.rows_problem(of_.board.me(), of_.packed->shared());
      const auto of_columns = of_.columns_problem(of_.board.me(), of_.packed->shared());
      auto by_row = mine.fresh_states();
      auto by_column = of_columns.fresh_states();
      gather(mine, of_columns, by_row, by_column);
      loss_result<T> by_rows{}, by_columns{};
      if (share.rows != 0) {
        const auto blocks = [&](auto&& visit) {
          of_.circle.each_block([&](index_t, index_t rank, const packed_rows<T>& candidates) {
            visit(of_.rows_problem(rank, candidates));
          });
        };
        const row_parts parts(of_.parts_of(mine, false), blocks);
        by_rows = loss_of_states(of_.executor.inner, {of_.call.function, "anchor"}, of_.objective, mine, parts, by_row,
                                 share.rows, saved.rows);
      }
      if (share.columns != 0) {
        const column_parts parts(of_.parts_of(of_columns, true), of_columns);
        by_columns = loss_of_states(of_.executor.inner, {of_.call.function, "candidate"}, of_.objective, of_columns,
                                    parts, by_column, share.columns, saved.columns);
      }
      return {by_rows.value + by_columns.value, share.rows != 0 ? by_rows.anchors_used : by_columns.anchors_used};
    }
  }
  /// The states of this rank's anchors over all candidates, and of its candidates over all anchors.
  template <class Rows, class Columns>
  void gather(const Rows& mine, const Columns& of_columns, typename Rows::row_states& by_row,
              typename Columns::row_states& by_column) const {
    if constexpr (Call::may_meet_once)
      if (of_.meets_once()) return meeting_passes<Call>(of_).gather(mine, by_row);
    const directions& share = of_.objective.direction;
    using column_state = state_of<Columns>;
    const auto merge = [&](column_state& to, const column_state& part) { to.merge(of_columns.statistics, part); };
    homeward<Board, column_state> columns_home(of_.board, of_.rows, 1, of_.memory, of_.board.size() - 1);
    of_.circle.each_block([&](index_t step, index_t rank, const packed_rows<T>& candidates) {
      const auto p = of_.rows_problem(rank, candidates);
      const auto transposed = of_.columns_problem(rank, candidates);
      auto found = p.fresh_states();
      auto found_columns = transposed.fresh_states();
      sweep(p, transposed, found, found_columns);
      if (share.rows != 0)
        for (std::size_t a = 0; a < found.size(); ++a) by_row[a].merge(mine.statistics, found[a]);
      if (share.columns == 0) return;
      if (step == 0)
        by_column = found_columns;
      else
        columns_home.add(step, found_columns, merge);
    });
    const auto& from_others = columns_home.home();
    for (std::size_t c = 0; c < from_others.size(); ++c) merge(by_column[c], from_others[c]);
  }
  template <class Rows, class Columns>
  void sweep(const Rows& p, const Columns& transposed, typename Rows::row_states& by_row,
             typename Columns::row_states& by_column) const {
    const directions& share = of_.objective.direction;
    using Engine = typename Ranks::inner_type;
    static_assert(
        requires(const Engine& engine) { engine.gather(p, by_row); },
        "mixcon: ranks{communicator, engine} needs an engine of the host that gathers pairs, as serial{} and tiled{} "
        "do");
    if constexpr (SweepsBoth<Engine, Rows>)
      if (share.rows != 0 && share.columns != 0) {
        if (of_.has_pairs(p) && of_.has_pairs(transposed))
          of_.executor.inner.gather_both(p, transposed, by_row, by_column);
        return;
      }
    if (share.rows != 0 && of_.has_pairs(p)) of_.executor.inner.gather(p, by_row);
    if (share.columns != 0 && of_.has_pairs(transposed)) of_.executor.inner.gather(transposed, by_column);
  }

  loss_result<T> run_whole_rows(double share, Saved& saved) const {
    return of_.with_whole_rows([&](const auto& p) {
      return run_triplets(of_.executor.inner, {of_.call.function, "anchor"}, of_.objective, p, of_.parts_of(p, false),
                          share, saved.rows);
    });
  }

  Call of_;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
