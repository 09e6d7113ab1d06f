// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// One call over pairs where the rows lie on several ranks: what `evaluation` is in one process.

#include <mixcon/ranks/passes.hpp>
#include <mixcon/ranks/targets/mixtures.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// One call behind the public door, on every rank at the same time. What one rank refuses, all refuse.
template <class Ranks, class Objective, class Targets, class E>
class rank_evaluation {
  using Comm = typename Ranks::communicator_type;
  using Board = rank_board<Comm>;
  using T = accumulate_t<E>;
  using Loss = std::remove_cvref_t<decltype(std::declval<Objective&>().loss)>;
  using Logits = logits_over_ranks<std::remove_cvref_t<decltype(std::declval<Objective&>().logits)>>;
  using Bound = bound_over_ranks<Targets, Board>;
  using Saved = saved_statistics<std::remove_const_t<Objective>, T>;
  using traits = loss_traits<Loss>;
  static constexpr bool of_triplets = traits::scope == each::triplet;

 public:
  rank_evaluation(const Ranks& executor, const Board& board, const Objective& objective, const Targets& targets,
                  const arguments<E>& call, workspace* memory)
      : executor_(executor),
        board_(board),
        objective_(objective),
        call_(call),
        memory_(memory),
        rows_(shards_of_call()),
        bound_(bind(targets)),
        logits_(board_, rows_, objective.logits),
        packed_(pack()),
        none_(0, call_.anchors.extent(1), memory),
        circle_(board_, rows_, packed_->shared(), executor.form, memory),
        skipped_anchors_{scratch<char>(memory)},
        skipped_candidates_{scratch<char>(memory)} {
    const shard& mine = rows_.mine();
    for (index_t a = 0; a < mine.anchors; ++a)
      if (skips_anchor(bound_, a)) skipped_anchors_.mark(a, mine.anchors);
    for (index_t c = 0; c < mine.candidates && objective_.direction.columns != 0; ++c)
      if (skips_candidate(bound_, c)) skipped_candidates_.mark(c, mine.candidates);
  }
  rank_evaluation(const rank_evaluation&) = delete;
  rank_evaluation& operator=(const rank_evaluation&) = delete;

  Saved fresh_saved() const { return Saved(memory_); }

  void check_gradients(const gradients<T>& wanted) const {
    telling_others(board_.ranks(), [&] {
      board_.refuse_together([&] {
        gradients<T> by_pair = wanted;
        by_pair.candidate_bias = {};
        call_.check_gradients(by_pair, with_all_candidates(call_.space(), rows_));
        check_gradient_shape(call_.function, "candidates' bias", wanted.candidate_bias,
                             axes<1>{rows_.mine().candidates});
      });
    });
  }

  template <class Given>
  loss_result<T> forward(Given& saved) const {
    static_assert(std::is_same_v<std::remove_const_t<Given>, Saved>,
                  "mixcon: `saved` is of another objective or of rows of another type; declare saved_for<"
                  "decltype(objective), decltype(rows)> with those of this call");
    return telling_others(board_.ranks(), [&] { return run(saved); });
  }
  template <class Given>
  void differentiate(const Given& saved, const gradients<T>& wanted) const {
    (clear)(wanted);
    backward(saved, 1, wanted);
  }
  template <class Given>
  void backward(const Given& saved, double upstream, const gradients<T>& wanted) const {
    telling_others(board_.ranks(), [&] { add_gradients(saved, upstream, wanted); });
  }

 private:
  // What is known before any row travels.

  shards shards_of_call() const {
    const pair_space pairs = call_.space();
    return {board_.me(), board_.each_of(shard{pairs.anchors, pairs.candidates})};
  }
  Bound bind(const Targets& targets) const {
    const shard& all = rows_.all();
    pair_space pairs = call_.space();
    board_.refuse_together([&] {
      MIXCON_REQUIRE(all.anchors > 0 && all.candidates + pairs.own > 0, call_.function, ": all ranks have ",
                     all.anchors, " anchors and ", all.candidates, " candidates; expected at least one each");
      check_policies(call_.function, objective_, pairs);
      (Logits::check)(objective_.logits, rows_.mine(), rows_);
      MIXCON_REQUIRE(objective_.direction.columns == 0 || traits::scope == each::anchor, call_.function,
                     ": a column direction of a loss whose formula is for pairs, triplets or the batch; over ranks "
                     "expected direction.columns = 0, or a loss whose formula is for each anchor");
      check_statistics(pairs.anchors);
    });
    pairs.memory = nullptr;
    Bound bound = bind_over_ranks(targets, pairs, rows_, board_);
    using Rule = decltype(bound.rule(index_t{}));
    if constexpr (!requires(const Rule& rule) { rule.template own<double>(index_t{}, index_t{}); })
      board_.refuse_together([&] {
        MIXCON_REQUIRE(pairs.own == 0, call_.function,
                       ": these targets say nothing of own(...) candidates; use queue_targets or own_targets");
      });
    return bound;
  }
  void check_statistics(index_t anchors) const {
    const auto statistics = objective_.loss.statistics();
    for_each_position<traits::count>([&](auto k) {
      const auto& statistic = get<decltype(k)::value>(statistics);
      if constexpr (requires { (statistic.check)(index_t{}); }) (statistic.check)(anchors);
    });
  }
  std::optional<operands<E>> pack() const {
    std::optional<operands<E>> packed;
    board_.refuse_together([&] { packed.emplace(call_, objective_, memory_); });
    return packed;
  }

  // The problems: this rank's anchors against the candidates of a rank, and these against the anchors.

  index_t own_count() const { return call_.space().own; }
  auto rows_problem(index_t rank, const packed_rows<T>& candidates) const {
    const bool is_mine = rank == board_.me();
    const auto rules = rules_of_ranks<T>(objective_, logits_.of(rank), bound_.rule(rank), is_mine ? own_count() : 0,
                                         own_count() + rows_.first(rank).candidates);
    return problem<std::remove_const_t<decltype(rules)>>{rules,
                                                         packed_->anchors(),
                                                         candidates,
                                                         is_mine ? packed_->own() : none_,
                                                         is_mine && call_.mirrors(objective_),
                                                         mixcon::view(skipped_anchors_.flags),
                                                         memory_};
  }
  auto columns_problem(index_t rank, const packed_rows<T>& candidates) const {
    const auto rules = rules_of_ranks<T>(objective_, transposed(logits_.of(rank)),
                                         transposed_rule_of(bound_.rule(rank)), 0, rows_.first(board_.me()).anchors);
    return problem<std::remove_const_t<decltype(rules)>>{
        rules,  candidates, packed_->anchors(), none_, false, mixcon::view(skipped_candidates_.flags),
        memory_};
  }
  template <class Problem>
  static bool has_pairs(const Problem& p) {
    return p.anchors.count() > 0 && (p.candidates.count() > 0 || p.own_count > 0);
  }
  template <class Problem>
  auto parts_of(const Problem& p, bool columns) const {
    const shard &first = rows_.first(board_.me()), &all = rows_.all();
    return parts_of_ranks<Board, typename Problem::statistics_type, Problem::count>{
        board_, p.statistics, columns ? first.candidates : first.anchors, columns ? all.anchors : all.candidates};
  }

  // Forward.

  loss_result<T> run(Saved& saved) const {
    const directions& share = objective_.direction;
    if constexpr (of_triplets) {
      return run_whole_rows(share.rows, saved);
    } else {
      const auto mine = rows_problem(board_.me(), packed_->shared());
      const auto of_columns = columns_problem(board_.me(), packed_->shared());
      auto by_row = mine.fresh_states();
      auto by_column = of_columns.fresh_states();
      gather(mine, of_columns, by_row, by_column);
      loss_result<T> by_rows{}, by_columns{};
      if (share.rows != 0) {
        const auto blocks = [&](auto&& visit) {
          circle_.each_block([&](index_t, index_t rank, const packed_rows<T>& candidates) {
            visit(rows_problem(rank, candidates));
          });
        };
        const row_parts parts(parts_of(mine, false), blocks);
        by_rows = loss_of_states(executor_.inner, {call_.function, "anchor"}, objective_, mine, parts, by_row,
                                 share.rows, saved.rows);
      }
      if (share.columns != 0) {
        const column_parts parts(parts_of(of_columns, true), of_columns);
        by_columns = loss_of_states(executor_.inner, {call_.function, "candidate"}, objective_, of_columns, parts,
                                    by_column, share.columns, saved.columns);
      }
      return {by_rows.value + by_columns.value, share.rows != 0 ? by_rows.anchors_used : by_columns.anchors_used};
    }
  }
  /// The states of this rank's anchors over all candidates, and of its candidates over all anchors.
  template <class Rows, class Columns>
  void gather(const Rows& mine, const Columns& of_columns, typename Rows::row_states& by_row,
              typename Columns::row_states& by_column) const {
    const directions& share = objective_.direction;
    using column_state = state_of<Columns>;
    const auto merge = [&](column_state& to, const column_state& part) { to.merge(of_columns.statistics, part); };
    homeward<Board, column_state> columns_home(board_, rows_, 1, memory_);
    circle_.each_block([&](index_t step, index_t rank, const packed_rows<T>& candidates) {
      const auto p = rows_problem(rank, candidates);
      const auto transposed = columns_problem(rank, candidates);
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
    const directions& share = objective_.direction;
    using Engine = typename Ranks::inner_type;
    static_assert(
        requires(const Engine& engine) { engine.gather(p, by_row); },
        "mixcon: ranks{communicator, engine} needs an engine of the host that gathers pairs, as serial{} and tiled{} do");
    if constexpr (SweepsBoth<Engine, Rows>)
      if (share.rows != 0 && share.columns != 0) {
        if (has_pairs(p) && has_pairs(transposed)) executor_.inner.gather_both(p, transposed, by_row, by_column);
        return;
      }
    if (share.rows != 0 && has_pairs(p)) executor_.inner.gather(p, by_row);
    if (share.columns != 0 && has_pairs(transposed)) executor_.inner.gather(transposed, by_column);
  }

  // Formulas for each triplet need an anchor's whole row: all candidates in one matrix, (all, D).

  template <class Use>
  auto with_whole_rows(Use&& use) const {
    using Rule = decltype(bound_.rule(index_t{}));
    std::vector<Rule> rules;
    std::vector<index_t> first{0};
    for (index_t r = 0; r < board_.size(); ++r)
      rules.push_back(bound_.rule(r)), first.push_back(rows_.first(r + 1).candidates);
    packed_rows<T> all(rows_.all().candidates, call_.anchors.extent(1), memory_);
    circle_.each_block([&](index_t, index_t rank, const packed_rows<T>& candidates) {
      if (candidates.count() > 0)
        std::memcpy(all.to_receive() + rows_.first(rank).candidates * all.pitch(), candidates.row(0),
                    static_cast<std::size_t>(candidates.count() * all.pitch()) * sizeof(T));
    });
    all.note_received();
    using logits_type = std::remove_cvref_t<decltype(logits_.of(index_t{}))>;
    const rule_of_all_blocks<Rule> rule{mixcon::view(rules), mixcon::view(first)};
    const auto of_pairs = rules_of_ranks<T, Objective, logits_type>(objective_, logits_.of(0), rule, own_count(),
                                                                     own_count());
    return use(problem<std::remove_const_t<decltype(of_pairs)>>{of_pairs, packed_->anchors(), all, packed_->own(), false,
                                                                mixcon::view(skipped_anchors_.flags), memory_});
  }
  loss_result<T> run_whole_rows(double share, Saved& saved) const {
    return with_whole_rows([&](const auto& p) {
      return run_triplets(executor_.inner, {call_.function, "anchor"}, objective_, p, parts_of(p, false), share,
                          saved.rows);
    });
  }

  // Backward.

  void add_gradients(const Saved& saved, double upstream, const gradients<T>& wanted) const {
    check_saved(saved, upstream);
    const wanted_anywhere any = wanted_by_any(wanted);
    const shard &mine = rows_.mine(), &all = rows_.all();
    const index_t pitch = packed_->anchors().pitch();
    const auto zeros = [&](bool is_wanted, index_t count) {
      return scratch<T>(memory_, static_cast<std::size_t>(is_wanted ? count : 0));
    };
    gradients_of_rank<T> sums;
    sums.anchors = zeros(any.anchors, mine.anchors * pitch);
    sums.candidates = zeros(any.candidates, mine.candidates * pitch);
    sums.own = zeros(any.own, packed_->own().count() * pitch);
    sums.candidate_bias = zeros(any.candidate_bias, all.candidates);
    const multiplied rows(saved.rows, upstream, memory_), columns(saved.columns, upstream, memory_);
    if constexpr (of_triplets)
      scatter_whole_rows(rows, wanted, any, sums);
    else
      scatter(saved, rows, columns, wanted, any, sums);
    packed_->unpack(sums.anchors, sums.candidates, sums.own, wanted);
    if (any.candidate_bias) board_.add_up(sums.candidate_bias.data(), all.candidates);
    for (index_t c = 0; c < wanted.candidate_bias.extent(0); ++c)
      wanted.candidate_bias[c] += sums.candidate_bias[static_cast<std::size_t>(rows_.first(board_.me()).candidates + c)];
    double both[] = {sums.by_scale, sums.by_bias};
    board_.add_up(both, 2);
    const double temperature = temperature_of(objective_.loss);
    if (wanted.scale) *wanted.scale += both[0] / temperature;
    if (wanted.temperature) *wanted.temperature -= both[0] * objective_.scale / (temperature * temperature);
    if (wanted.bias) *wanted.bias += both[1];
  }
  void check_saved(const Saved& saved, double upstream) const {
    const auto rows = static_cast<std::size_t>(objective_.direction.rows != 0 ? rows_.mine().anchors : 0);
    const auto columns = static_cast<std::size_t>(objective_.direction.columns != 0 ? rows_.mine().candidates : 0);
    board_.refuse_together([&] {
      MIXCON_REQUIRE(
          (rows == 0 || saved.rows.used.size() == rows) && (columns == 0 || saved.columns.used.size() == columns),
          call_.function, ": `saved` is of another forward pass (", static_cast<index_t>(saved.rows.used.size()),
          " anchors; expected ", rows_.mine().anchors, "); call forward with these arguments first");
    });
    call_description said;
    said.say("upstream", upstream);
    require_agreement(call_.function, board_, said.text());
  }
  wanted_anywhere wanted_by_any(const gradients<T>& wanted) const {
    wanted_anywhere any;
    any.anchors = static_cast<bool>(wanted.anchors);
    for (std::size_t s = 0; s < wanted.candidates.size(); ++s)
      if (wanted.candidates[s]) (call_.candidates.each[s].is_own ? any.own : any.candidates) = true;
    any.candidate_bias = static_cast<bool>(wanted.candidate_bias);
    any.sums = wanted.scale || wanted.temperature || wanted.bias || any.candidate_bias;
    const wanted_anywhere here = any;
    for (const wanted_anywhere& there : board_.each_of(here)) {
      any.anchors |= there.anchors, any.candidates |= there.candidates, any.own |= there.own;
      any.candidate_bias |= there.candidate_bias, any.sums |= there.sums;
    }
    return any;
  }
  /// What a direction saved, times upstream.
  struct multiplied {
    scratch<T> adjoint, share;
    saved_view<Loss, T> view;
    double by_scale;
    multiplied(const saved_rows<Loss, T>& saved, double upstream, workspace* memory)
        : adjoint(memory), share(memory), view(saved.view()), by_scale(saved.scale_adjoint * upstream) {
      for (T x : saved.adjoint) adjoint.push_back(x * static_cast<T>(upstream));
      for (T x : saved.share) share.push_back(x * static_cast<T>(upstream));
      view.adjoint = adjoint.data(), view.share = share.data();
    }
  };

  void scatter(const Saved& saved, const multiplied& rows, const multiplied& columns, const gradients<T>& wanted,
               const wanted_anywhere& any, gradients_of_rank<T>& sums) const {
    const directions& share = objective_.direction;
    const index_t pitch = packed_->anchors().pitch(), me = board_.me();
    const bool both = share.rows != 0 && share.columns != 0;
    packed_gradients<T> to, to_columns;
    to.candidates = scratch<T>(memory_), to_columns.anchors = scratch<T>(memory_);
    scratch<T> by_columns(memory_, share.columns != 0 ? sums.anchors.size() : 0);
    std::swap(to.anchors, sums.anchors), std::swap(to.own, sums.own);
    std::swap(to_columns.candidates, by_columns);
    prepare(to, any, rows_.mine().anchors);
    column_saved circling(*this, saved, columns);
    homeward<Board, T> going_home(board_, rows_, pitch, memory_);
    circle_.each_block([&](index_t step, index_t rank, const packed_rows<T>& candidates) {
      const auto p = rows_problem(rank, candidates);
      const auto transposed = columns_problem(rank, candidates);
      const auto numbers = static_cast<std::size_t>(any.candidates ? candidates.count() * pitch : 0);
      to.candidates.assign(numbers, T(0));
      aim(to, wanted, rank, sums);
      to.one_output = rank == me && is_one_output(wanted);
      if (share.columns != 0) {
        to_columns.anchors.assign(numbers, T(0));
        prepare(to_columns, any, candidates.count());
        aim_columns(to_columns, wanted, rank);
        circling.go(step, candidates.count());
      }
      sweep_back(p, rows.view, transposed, circling.view(), to, to_columns, both);
      if (share.columns != 0) {
        for (std::size_t k = 0; k < numbers; ++k) to.candidates[k] += to_columns.anchors[k];
        const index_t first = rows_.first(rank).candidates;
        for (std::size_t c = 0; any.candidate_bias && c < to_columns.bias.size(); ++c)
          sums.candidate_bias[static_cast<std::size_t>(first) + c] += to_columns.bias[c];
        add_sums(to_columns, sums);
      }
      if (!any.candidates) return;
      if (step == 0)
        std::swap(sums.candidates, to.candidates);
      else
        going_home.add(step, to.candidates, [](T& sum, T part) { sum += part; });
    });
    const auto& from_others = going_home.home();
    for (std::size_t k = 0; k < from_others.size(); ++k) sums.candidates[k] += from_others[k];
    std::swap(to.anchors, sums.anchors), std::swap(to.own, sums.own);
    for (std::size_t k = 0; k < to_columns.candidates.size(); ++k) sums.anchors[k] += to_columns.candidates[k];
    add_sums(to, sums);
    if (share.rows != 0) sums.by_scale += rows.by_scale;
    if (share.columns != 0) sums.by_scale += columns.by_scale;
  }
  template <class Rows, class Columns>
  void sweep_back(const Rows& p, const saved_view<Loss, T>& rows, const Columns& transposed,
                  const saved_view<Loss, T>& columns, packed_gradients<T>& to, packed_gradients<T>& to_columns,
                  bool both) const {
    if (!has_pairs(p) && !has_pairs(transposed)) return;
    if constexpr (SweepsBoth<typename Ranks::inner_type, Rows>)
      if (both) return executor_.inner.scatter_both(p, rows, transposed, columns, to, to_columns);
    if (objective_.direction.rows != 0 && has_pairs(p)) executor_.inner.scatter(p, rows, to);
    if (objective_.direction.columns != 0 && has_pairs(transposed))
      executor_.inner.scatter(transposed, columns, to_columns);
  }
  /// What the columns' forward pass left for each block of candidates, which follows the block.
  class column_saved {
    using readings = typename saved_view<Loss, T>::readings;

   public:
    column_saved(const rank_evaluation& of, const Saved& saved, const multiplied& columns) {
      if (of.objective_.direction.columns == 0) return;
      const Board& board = of.board_;
      reading_.emplace(board, of.rows_, 1, saved.columns.reading.data(), of.memory_);
      adjoint_.emplace(board, of.rows_, traits::count, columns.view.adjoint, of.memory_);
      counts_.emplace(board, of.rows_, 1, saved.columns.counts.data(), of.memory_);
      used_.emplace(board, of.rows_, 1, saved.columns.used.data(), of.memory_);
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
  void prepare(packed_gradients<T>& to, const wanted_anywhere& any, index_t anchors) const {
    const auto count = static_cast<std::size_t>(any.sums ? anchors : 0);
    to.wants_scale = any.sums;
    to.scale = scratch<T>(memory_, count), to.bias = scratch<T>(memory_, count);
  }
  static void add_sums(const packed_gradients<T>& to, gradients_of_rank<T>& sums) {
    ordered_sum<double> by_scale, by_bias;
    for (T x : to.scale) by_scale.add(static_cast<double>(x));
    for (T x : to.bias) by_bias.add(static_cast<double>(x));
    sums.by_scale += by_scale.value(), sums.by_bias += by_bias.value();
  }
  /// Points at what a block's pairs add to, beside rows.
  void aim(packed_gradients<T>& to, const gradients<T>& wanted, index_t rank, gradients_of_rank<T>& sums) const {
    const index_t first = rows_.first(rank).candidates, count = rows_.of(rank).candidates;
    to.pair_scale = columns_of(wanted.pair_scale, first, count);
    to.pair_bias = columns_of(wanted.pair_bias, first, count);
    to.targets = columns_of(wanted.targets, first, count);
    if (!sums.candidate_bias.empty()) to.candidate_bias = {sums.candidate_bias.data() + first, {count}};
  }
  void aim_columns(packed_gradients<T>& to, const gradients<T>& wanted, index_t rank) const {
    const index_t first = rows_.first(rank).candidates, count = rows_.of(rank).candidates;
    to.pair_scale = detail::transposed(columns_of(wanted.pair_scale, first, count));
    to.pair_bias = detail::transposed(columns_of(wanted.pair_bias, first, count));
    to.targets = detail::transposed(columns_of(wanted.targets, first, count));
  }
  bool is_one_output(const gradients<T>& wanted) const {
    return call_.same_rows() && wanted.anchors && !wanted.candidates.empty() && wanted.candidates[0] &&
           wanted.candidates[0].view().data() == wanted.anchors.data();
  }
  void scatter_whole_rows(const multiplied& rows, const gradients<T>& wanted, const wanted_anywhere& any,
                          gradients_of_rank<T>& sums) const {
    const index_t pitch = packed_->anchors().pitch();
    packed_gradients<T> to;
    std::swap(to.anchors, sums.anchors), std::swap(to.own, sums.own);
    prepare(to, any, rows_.mine().anchors);
    to.candidates = scratch<T>(memory_, static_cast<std::size_t>(any.candidates ? rows_.all().candidates * pitch : 0));
    to.pair_scale = wanted.pair_scale, to.pair_bias = wanted.pair_bias, to.targets = wanted.targets;
    if (any.candidate_bias) to.candidate_bias = {sums.candidate_bias.data(), {rows_.all().candidates}};
    with_whole_rows([&](const auto& p) {
      using Problem = std::remove_cvref_t<decltype(p)>;
      using Engine = typename Ranks::inner_type;
      sums.by_scale += triplet_scatter<Engine, Problem, saved_view<Loss, T>>(executor_.inner, p, rows.view, to).run();
    });
    homeward<Board, T> going_home(board_, rows_, pitch, memory_);
    for (index_t step = 0; any.candidates && step < board_.size(); ++step) {
      const index_t rank = (board_.me() + step) % board_.size();
      scratch<T> part(memory_, static_cast<std::size_t>(rows_.of(rank).candidates * pitch));
      for (std::size_t k = 0; k < part.size(); ++k)
        part[k] = to.candidates[static_cast<std::size_t>(rows_.first(rank).candidates * pitch) + k];
      if (step == 0)
        sums.candidates = part;
      else
        going_home.add(step, part, [](T& sum, T more) { sum += more; });
    }
    const auto& from_others = going_home.home();
    for (std::size_t k = 0; k < from_others.size(); ++k) sums.candidates[k] += from_others[k];
    std::swap(to.anchors, sums.anchors), std::swap(to.own, sums.own);
    add_sums(to, sums);
  }

  const Ranks& executor_;
  Board board_;
  const Objective& objective_;
  arguments<E> call_;
  workspace* memory_;
  shards rows_;
  Bound bound_;
  Logits logits_;
  std::optional<operands<E>> packed_;
  packed_rows<T> none_;
  mutable circling_rows<Board, T> circle_;
  marked_rows skipped_anchors_, skipped_candidates_;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
