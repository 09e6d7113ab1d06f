// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The two passes where each two ranks meet once: a pair's product serves both of its rows, and what a meeting says of
// the other rank's rows goes home.

#include <mixcon/engine/moments/found_state.hpp>
#include <mixcon/ranks/meetings.hpp>
#include <mixcon/ranks/problems.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// What a pass over one problem adds by numbers of the call; `anchors` of them.
template <class T>
void prepare_sums(packed_gradients<T>& to, const wanted_anywhere& any, index_t anchors, workspace* memory) {
  const auto count = static_cast<std::size_t>(any.sums ? anchors : 0);
  to.wants_scale = any.sums, to.wants_bias = any.bias;
  to.scale = scratch<T>(memory, count), to.bias = scratch<T>(memory, count);
}
template <class T>
void add_sums(const packed_gradients<T>& to, gradients_of_rank<T>& sums) {
  ordered_sum<double> by_scale, by_bias;
  for (T x : to.scale) by_scale.add(static_cast<double>(x));
  for (T x : to.bias) by_bias.add(static_cast<double>(x));
  sums.by_scale += by_scale.value(), sums.by_bias += by_bias.value();
}

/// The passes of one call that `meets_once`; `Call` is a rank_call.
template <class Call>
class meeting_passes {
  using Board = typename Call::Board;
  using Engine = typename Call::Engine;
  using T = typename Call::T;
  using Loss = typename Call::Loss;
  using view = saved_view<Loss, T>;
  static constexpr int count = loss_traits<Loss>::count;
  /// Whether an engine that takes both orders of a pair at once gains by it: where one exponential serves both.
  template <class Problem>
  static constexpr bool serves_both = [] {
    if constexpr (SweepsBoth<Engine, Problem>)
      return moments::fits_moments<Problem>;
    else
      return false;
  }();

 public:
  explicit meeting_passes(const Call& of) : of_(of), last_(blocks_met(of.board.size())) {}

  /// Gathers the states of this rank's anchors, which are fresh, over all candidates; `own`: the problem of its rows
  /// alone.
  template <class Problem>
  void gather(const Problem& own, typename Problem::row_states& by_row) const {
    using state = state_of<Problem>;
    const auto merge = [&](state& to, const state& part) { to.merge(own.statistics, part); };
    homeward<Board, state> going_home(of_.board, of_.rows, 1, of_.memory, last_);
    of_.circle.each_block(last_, [&](index_t step, index_t rank, const packed_rows<T>& block) {
      if (step == 0) {
        if (Call::has_pairs(own)) of_.executor.inner.gather(own, by_row);
        return;
      }
      const meeting<Call> meets(of_, step, rank, block);
      const auto p = meets.problem(), of_others = meets.problem_of_others();
      auto found = p.fresh_states(), by_others = of_others.fresh_states();
      if (Call::has_pairs(p)) gather_pairs(p, of_others, found, by_others);
      for (std::size_t a = 0; a < found.size(); ++a)
        merge(by_row[static_cast<std::size_t>(meets.met.mine.first) + a], found[a]);
      scratch<state> of_block(of_.memory, static_cast<std::size_t>(block.count()));
      for (std::size_t c = 0; c < by_others.size(); ++c)
        of_block[static_cast<std::size_t>(meets.met.theirs.first) + c] = by_others[c];
      going_home.add(step, of_block, merge);
    });
    const auto& from_others = going_home.home();
    for (std::size_t a = 0; a < from_others.size(); ++a) merge(by_row[a], from_others[a]);
  }

  /// Adds the gradients by this rank's rows, in both of their parts, to `sums.anchors`; `rows` is what forward saved,
  /// times upstream.
  template <class Problem>
  void scatter(const Problem& own, const saved_rows<Loss, T>& saved, const view& rows, const wanted_anywhere& any,
               gradients_of_rank<T>& sums) const {
    const index_t pitch = of_.packed->anchors().pitch();
    saved_of_blocks circling(of_, saved, rows);
    homeward<Board, T> going_home(of_.board, of_.rows, pitch, of_.memory, last_);
    of_.circle.each_block(last_, [&](index_t step, index_t rank, const packed_rows<T>& block) {
      const view of_block = circling.at(step);
      if (step == 0) return scatter_own(own, rows, any, sums);
      const meeting<Call> meets(of_, step, rank, block);
      const part_of_rows &mine = meets.met.mine, &theirs = meets.met.theirs;
      scratch<T> by_block(of_.memory, static_cast<std::size_t>(block.count() * pitch));
      packed_gradients<T> to, to_others;
      to.anchors = part_of(sums.anchors.data(), mine, pitch);
      to.candidates = part_of(by_block.data(), theirs, pitch);
      to_others.anchors = to.candidates.shared(), to_others.candidates = to.anchors.shared();
      prepare_sums(to, any, mine.count, of_.memory);
      prepare_sums(to_others, any, theirs.count, of_.memory);
      const auto p = meets.problem(), of_others = meets.problem_of_others();
      if (Call::has_pairs(p))
        scatter_pairs(p, part_of(rows, mine), of_others, part_of(of_block, theirs), to, to_others);
      add_sums(to, sums), add_sums(to_others, sums);
      going_home.add(step, by_block, [](T& sum, T part) { sum += part; });
    });
    const auto& from_others = going_home.home();
    for (std::size_t k = 0; k < from_others.size(); ++k) sums.anchors[k] += from_others[k];
  }

 private:
  template <class Problem>
  void gather_pairs(const Problem& p, const Problem& of_others, typename Problem::row_states& by_row,
                    typename Problem::row_states& by_others) const {
    const Engine& engine = of_.executor.inner;
    if constexpr (serves_both<Problem>) {
      engine.gather_both(p, of_others, by_row, by_others);
    } else {
      engine.gather(p, by_row);
      engine.gather(of_others, by_others);
    }
  }
  template <class Problem>
  void scatter_pairs(const Problem& p, const view& rows, const Problem& of_others, const view& of_block,
                     packed_gradients<T>& to, packed_gradients<T>& to_others) const {
    const Engine& engine = of_.executor.inner;
    if constexpr (serves_both<Problem>) {
      engine.scatter_both(p, rows, of_others, of_block, to, to_others);
    } else {
      engine.scatter(p, rows, to);
      engine.scatter(of_others, of_block, to_others);
    }
  }
  template <class Problem>
  void scatter_own(const Problem& own, const view& rows, const wanted_anywhere& any, gradients_of_rank<T>& sums) const {
    packed_gradients<T> to;
    (std::swap)(to.anchors, sums.anchors);
    to.candidates = to.anchors.shared(), to.one_output = true;
    prepare_sums(to, any, own.anchors.count(), of_.memory);
    if (Call::has_pairs(own)) of_.executor.inner.scatter(own, rows, to);
    if (!to.candidates.shares_with(to.anchors))
      for (std::size_t k = 0; k < to.candidates.size(); ++k) to.anchors[k] += to.candidates[k];
    (std::swap)(to.anchors, sums.anchors);
    add_sums(to, sums);
  }
  static gradient_rows<T> part_of(T* by_rows, const part_of_rows& part, index_t pitch) {
    return gradient_rows<T>::elsewhere(by_rows + part.first * pitch, static_cast<std::size_t>(part.count * pitch));
  }
  static view part_of(const view& all, const part_of_rows& part) {
    return {all.reading + part.first, nullptr, all.adjoint + part.first * count, all.counts + part.first,
            all.used + part.first,    nullptr};
  }
  /// What the forward pass left for each block's rows, which follows the block.
  class saved_of_blocks {
   public:
    saved_of_blocks(const Call& of, const saved_rows<Loss, T>& saved, const view& rows)
        : reading_(of.board, of.rows, 1, saved.reading.data(), of.memory),
          adjoint_(of.board, of.rows, count, rows.adjoint, of.memory),
          counts_(of.board, of.rows, 1, saved.counts.data(), of.memory),
          used_(of.board, of.rows, 1, saved.used.data(), of.memory) {}
    view at(index_t step) {
      return {reading_.at(step), nullptr, adjoint_.at(step), counts_.at(step), used_.at(step), nullptr};
    }

   private:
    following<Board, typename view::readings> reading_;
    following<Board, T> adjoint_;
    following<Board, char> counts_, used_;
  };

  const Call& of_;
  index_t last_;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
