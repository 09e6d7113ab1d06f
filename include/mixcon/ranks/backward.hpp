// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The second pass of a call over ranks: candidates pass again, and gradients go home.

#include <mixcon/engine/call/scaled_saved.hpp>
#include <mixcon/ranks/meeting_passes.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Adds the gradients of one call; `Call` is a rank_call.
template <class Call>
class rank_backward {
  using Ranks = std::remove_cvref_t<decltype(std::declval<const Call&>().executor)>;
  using Board = typename Call::Board;
  using T = typename Call::T;
  using Loss = typename Call::Loss;
  using Saved = typename Call::Saved;
  using traits = loss_traits<Loss>;
  using multiplied = scaled_saved<Loss, T>;
  static constexpr bool of_triplets = Call::of_triplets;

 public:
  explicit rank_backward(const Call& of) : of_(of) {}

  void add(const Saved& saved, double upstream, const gradients<T>& wanted) const {
    check_saved(saved, upstream);
    const wanted_anywhere any = wanted_by_any(wanted);
    const shard &mine = of_.rows.mine(), &all = of_.rows.all();
    const index_t pitch = of_.packed->anchors().pitch();
    const auto zeros = [&](bool is_wanted, index_t count) {
      return scratch<T>(of_.memory, static_cast<std::size_t>(is_wanted ? count : 0));
    };
    gradients_of_rank<T> sums;
    sums.anchors = zeros(any.anchors, mine.anchors * pitch);
    const bool once = of_.meets_once() && any.anchors && !any.apart;
    sums.candidates = zeros(any.candidates && !once, mine.candidates * pitch);
    sums.own = zeros(any.own, of_.packed->own().count() * pitch);
    sums.candidate_bias = zeros(any.candidate_bias, all.candidates);
    const multiplied rows(saved.rows, upstream, of_.memory), columns(saved.columns, upstream, of_.memory);
    if constexpr (of_triplets)
      scatter_whole_rows(rows, wanted, any, sums);
    else if (!once)
      scatter(saved, rows, columns, wanted, any, sums);
    else if constexpr (Call::may_meet_once)
      scatter_once(saved, rows, any, sums);
    of_.packed->unpack(sums.anchors, sums.candidates, sums.own, wanted);
    if (any.candidate_bias) of_.board.add_up(sums.candidate_bias.data(), all.candidates);
    for (index_t c = 0; c < wanted.candidate_bias.extent(0); ++c)
      wanted.candidate_bias[c] +=
          sums.candidate_bias[static_cast<std::size_t>(of_.rows.first(of_.board.me()).candidates + c)];
    double both[] = {sums.by_scale, sums.by_bias};
    of_.board.add_up(both, 2);
    const double temperature = temperature_of(of_.objective.loss);
    if (wanted.scale) *wanted.scale += both[0] / temperature;
    if (wanted.temperature) *wanted.temperature -= both[0] * of_.objective.scale / (temperature * temperature);
    if (wanted.bias) *wanted.bias += both[1];
  }

 private:
  void check_saved(const Saved& saved, double upstream) const {
    const auto rows = static_cast<std::size_t>(of_.objective.direction.rows != 0 ? of_.rows.mine().anchors : 0);
    const auto columns =
        static_cast<std::size_t>(of_.objective.direction.columns != 0 ? of_.rows.mine().candidates : 0);
    of_.board.refuse_together([&] {
      MIXCON_REQUIRE(
          (rows == 0 || saved.rows.used.size() == rows) && (columns == 0 || saved.columns.used.size() == columns),
          of_.call.function, ": `saved` is of another forward pass (", static_cast<index_t>(saved.rows.used.size()),
          " anchors; expected ", of_.rows.mine().anchors, "); call forward with these arguments first");
    });
    call_description said;
    said.say("upstream", upstream);
    require_agreement(of_.call.function, of_.board, said.text());
  }
  wanted_anywhere wanted_by_any(const gradients<T>& wanted) const {
    wanted_anywhere any;
    any.anchors = static_cast<bool>(wanted.anchors);
    for (std::size_t s = 0; s < wanted.candidates.size(); ++s)
      if (wanted.candidates[s]) (of_.call.candidates.each[s].is_own ? any.own : any.candidates) = true;
    any.candidate_bias = static_cast<bool>(wanted.candidate_bias);
    any.bias = wanted.bias || any.candidate_bias;
    any.sums = wanted.scale || wanted.temperature || any.bias;
    any.apart = of_.rows.mine().anchors > 0 && (!is_one_output(wanted) || any.candidate_bias || wanted.pair_scale ||
                                                wanted.pair_bias || wanted.targets);
    const wanted_anywhere here = any;
    for (const wanted_anywhere& there : of_.board.each_of(here)) {
      any.anchors |= there.anchors, any.candidates |= there.candidates, any.own |= there.own;
      any.candidate_bias |= there.candidate_bias, any.sums |= there.sums, any.bias |= there.bias;
      any.apart |= there.apart;
    }
    return any;
  }
  /// Where each two ranks meet once, gradients by anchors and candidates are one.
  void scatter_once(const Saved& saved, const multiplied& rows, const wanted_anywhere& any,
                    gradients_of_rank<T>& sums) const {
    const auto own = of_.rows_problem(of_.board.me(), of_.packed->shared());
    meeting_passes<Call>(of_).scatter(own, saved.rows, rows.view, any, sums);
    sums.candidates = sums.anchors.shared();
    sums.by_scale += rows.by_scale;
  }
  void scatter(const Saved& saved, const multiplied& rows, const multiplied& columns, const gradients<T>& wanted,
               const wanted_anywhere& any, gradients_of_rank<T>& sums) const {
    const directions& share = of_.objective.direction;
    const index_t pitch = of_.packed->anchors().pitch(), me = of_.board.me();
    const bool both = share.rows != 0 && share.columns != 0;
    packed_gradients<T> to, to_columns;
    to_columns.candidates = scratch<T>(of_.memory, share.columns != 0 ? sums.anchors.size() : 0);
    (std::swap)(to.anchors, sums.anchors), (std::swap)(to.own, sums.own);
    prepare_sums(to, any, of_.rows.mine().anchors, of_.memory);
    column_saved circling(of_, saved, columns);
    homeward<Board, T> going_home(of_.board, of_.rows, pitch, of_.memory, of_.board.size() - 1);
    of_.circle.each_block([&](index_t step, index_t rank, const packed_rows<T>& candidates) {
      const auto p = of_.rows_problem(rank, candidates);
      const auto transposed = of_.columns_problem(rank, candidates);
      const auto numbers = static_cast<std::size_t>(any.candidates ? candidates.count() * pitch : 0);
      renew(to.candidates, numbers);
      aim(to, wanted, rank, sums);
      to.one_output = rank == me && is_one_output(wanted);
      if (share.columns != 0) {
        renew(to_columns.anchors, numbers);
        prepare_sums(to_columns, any, candidates.count(), of_.memory);
        aim_columns(to_columns, wanted, rank);
        circling.go(step, candidates.count());
      }
      sweep_back(p, rows.view, transposed, circling.view(), to, to_columns, both);
      if (share.columns != 0) {
        for (std::size_t k = 0; k < numbers; ++k) to.candidates[k] += to_columns.anchors[k];
        const index_t first = of_.rows.first(rank).candidates;
        for (std::size_t c = 0; any.candidate_bias && c < to_columns.bias.size(); ++c)
          sums.candidate_bias[static_cast<std::size_t>(first) + c] += to_columns.bias[c];
        add_sums(to_columns, sums);
      }
      if (!any.candidates) return;
      if (step == 0)
        (std::swap)(sums.candidates, to.candidates);
      else
        going_home.add(step, to.candidates, [](T& sum, T part) { sum += part; });
    });
    const auto& from_others = going_home.home();
    for (std::size_t k = 0; k < from_others.size(); ++k) sums.candidates[k] += from_others[k];
    (std::swap)(to.anchors, sums.anchors), (std::swap)(to.own, sums.own);
    for (std::size_t k = 0; k < to_columns.candidates.size(); ++k) sums.anchors[k] += to_columns.candidates[k];
    add_sums(to, sums);
    if (share.rows != 0) sums.by_scale += rows.by_scale;
    if (share.columns != 0) sums.by_scale += columns.by_scale;
  }
  template <class Rows, class Columns>
  void sweep_back(const Rows& p, const saved_view<Loss, T>& rows, const Columns& transposed,
                  const saved_view<Loss, T>& columns, packed_gradients<T>& to, packed_gradients<T>& to_columns,
                  bool both) const {
    if (!of_.has_pairs(p) && !of_.has_pairs(transposed)) return;
    if constexpr (SweepsBoth<typename Ranks::inner_type, Rows>)
      if (both) return of_.executor.inner.scatter_both(p, rows, transposed, columns, to, to_columns);
    if (of_.objective.direction.rows != 0 && of_.has_pairs(p)) of_.executor.inner.scatter(p, rows, to);
    if (of_.objective.direction.columns != 0 && of_.has_pairs(transposed))
      of_.executor.inner.scatter(transposed, columns, to_columns);
  }
  /// What the columns' forward pass left for each block of candidates, which follows the block.
  class column_saved {
    using readings = typename saved_view<Loss, T>::readings;

   public:
    column_saved(const Call& of, const Saved& saved, const multiplied& columns) {
      if (of.objective.direction.columns == 0) return;
      const Board& board = of.board;
      reading_.emplace(board, of.rows, 1, saved.columns.reading.data(), of.memory);
      adjoint_.emplace(board, of.rows, traits::count, columns.view.adjoint, of.memory);
      counts_.emplace(board, of.rows, 1, saved.columns.counts.data(), of.memory);
      used_.emplace(board, of.rows, 1, saved.columns.used.data(), of.memory);
    }
    void go(index_t step, index_t) {
      view_ = {reading_->at(step), nullptr, adjoint_->at(step), counts_->at(step), used_->at(step), nullptr};
    }
    const saved_view<Loss, T>& view() const { return view_; }

   private:
    std::optional<following<Board, readings>> reading_;
    std::optional<following<Board, T>> adjoint_;
    std::optional<following<Board, char>> counts_, used_;
    saved_view<Loss, T> view_{};
  };
  /// Zeros in the place of what was there, which goes first.
  void renew(typename gradients_of_rank<T>::rows& to, std::size_t count) const {
    to = {};
    to = scratch<T>(of_.memory, count);
  }
  /// Points at what a block's pairs add to, beside rows.
  void aim(packed_gradients<T>& to, const gradients<T>& wanted, index_t rank, gradients_of_rank<T>& sums) const {
    const index_t first = of_.rows.first(rank).candidates, count = of_.rows.of(rank).candidates;
    to.pair_scale = columns_of(wanted.pair_scale, first, count);
    to.pair_bias = columns_of(wanted.pair_bias, first, count);
    to.targets = columns_of(wanted.targets, first, count);
    if (!sums.candidate_bias.empty()) to.candidate_bias = {sums.candidate_bias.data() + first, {count}};
  }
  void aim_columns(packed_gradients<T>& to, const gradients<T>& wanted, index_t rank) const {
    const index_t first = of_.rows.first(rank).candidates, count = of_.rows.of(rank).candidates;
    to.pair_scale = detail::transposed(columns_of(wanted.pair_scale, first, count));
    to.pair_bias = detail::transposed(columns_of(wanted.pair_bias, first, count));
    to.targets = detail::transposed(columns_of(wanted.targets, first, count));
  }
  bool is_one_output(const gradients<T>& wanted) const {
    return of_.call.same_rows() && wanted.anchors && !wanted.candidates.empty() && wanted.candidates[0] &&
           wanted.candidates[0].view().data() == wanted.anchors.data();
  }
  void scatter_whole_rows(const multiplied& rows, const gradients<T>& wanted, const wanted_anywhere& any,
                          gradients_of_rank<T>& sums) const {
    const index_t pitch = of_.packed->anchors().pitch();
    packed_gradients<T> to;
    (std::swap)(to.anchors, sums.anchors), (std::swap)(to.own, sums.own);
    prepare_sums(to, any, of_.rows.mine().anchors, of_.memory);
    to.candidates =
        scratch<T>(of_.memory, static_cast<std::size_t>(any.candidates ? of_.rows.all().candidates * pitch : 0));
    to.pair_scale = wanted.pair_scale, to.pair_bias = wanted.pair_bias, to.targets = wanted.targets;
    if (any.candidate_bias) to.candidate_bias = {sums.candidate_bias.data(), {of_.rows.all().candidates}};
    of_.with_whole_rows([&](const auto& p) {
      using Problem = std::remove_cvref_t<decltype(p)>;
      using Engine = typename Ranks::inner_type;
      sums.by_scale +=
          triplet_scatter<Engine, Problem, saved_view<Loss, T>>(of_.executor.inner, p, rows.view, to).run();
    });
    homeward<Board, T> going_home(of_.board, of_.rows, pitch, of_.memory, of_.board.size() - 1);
    for (index_t step = 0; any.candidates && step < of_.board.size(); ++step) {
      const index_t rank = (of_.board.me() + step) % of_.board.size();
      scratch<T> part(of_.memory, static_cast<std::size_t>(of_.rows.of(rank).candidates * pitch));
      for (std::size_t k = 0; k < part.size(); ++k)
        part[k] = to.candidates[static_cast<std::size_t>(of_.rows.first(rank).candidates * pitch) + k];
      if (step == 0)
        sums.candidates = (std::move)(part);
      else
        going_home.add(step, part, [](T& sum, T more) { sum += more; });
    }
    const auto& from_others = going_home.home();
    for (std::size_t k = 0; k < from_others.size(); ++k) sums.candidates[k] += from_others[k];
    (std::swap)(to.anchors, sums.anchors), (std::swap)(to.own, sums.own);
    add_sums(to, sums);
  }

  const Call& of_;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
