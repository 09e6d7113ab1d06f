// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// One call over ranks: what is checked and known before rows travel, and the problems of two ranks' rows.

#include <mixcon/ranks/passes.hpp>
#include <mixcon/ranks/targets/mixtures.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// One call behind the public door, on every rank at the same time. What one rank refuses, all refuse.
template <class Ranks, class Objective, class Targets, class E>
struct rank_call {
  using Engine = typename Ranks::inner_type;
  using Board = rank_board<typename Ranks::communicator_type>;
  using T = accumulate_t<E>;
  using Loss = std::remove_cvref_t<decltype(std::declval<Objective&>().loss)>;
  using Logits = logits_over_ranks<std::remove_cvref_t<decltype(std::declval<Objective&>().logits)>>;
  using Bound = bound_over_ranks<Targets, Board>;
  using Saved = saved_statistics<std::remove_const_t<Objective>, T>;
  using traits = loss_traits<Loss>;
  static constexpr bool of_triplets = traits::scope == each::triplet;
  /// Whether each two ranks may meet once: where these types of logits and targets are the same seen from either side.
  static constexpr bool may_meet_once = traits::scope == each::anchor && requires {
    std::remove_cvref_t<decltype(std::declval<Objective&>().logits)>::is_symmetric;
  } && requires(const Bound& bound, const part_of_rows& part) { bound.between(part, part); };

  const Ranks& executor;
  Board board;
  const Objective& objective;
  arguments<E> call;
  workspace* memory;
  bool all_mirror = true;  // on every rank anchors are the candidates
  shards rows;
  Bound bound;
  Logits logits;
  std::optional<operands<E>> packed;
  packed_rows<T> none;
  mutable circling_rows<Board, T> circle;
  marked_rows skipped_anchors, skipped_candidates;

  rank_call(const Ranks& of_executor, const Board& of_board, const Objective& criterion, const Targets& targets,
            const arguments<E>& of_call, workspace* from)
      : executor(of_executor),
        board(of_board),
        objective(criterion),
        call(of_call),
        memory(from),
        rows(shards_of_call()),
        bound(bind(targets)),
        logits(board, rows, criterion.logits),
        packed(pack()),
        none(0, call.anchors.extent(1), from),
        circle(board, rows, packed->shared(), of_executor.form, from),
        skipped_anchors{scratch<char>(from)},
        skipped_candidates{scratch<char>(from)} {
    const shard& mine = rows.mine();
    for (index_t a = 0; a < mine.anchors; ++a)
      if (skips_anchor(bound, a)) skipped_anchors.mark(a, mine.anchors);
    for (index_t c = 0; c < mine.candidates && objective.direction.columns != 0; ++c)
      if (skips_candidate(bound, c)) skipped_candidates.mark(c, mine.candidates);
  }
  rank_call(const rank_call&) = delete;
  rank_call& operator=(const rank_call&) = delete;

  shards shards_of_call() {
    struct said_of_rows {
      shard size;
      bool mirrors;
    };
    const pair_space pairs = call.space();
    const bool is_empty = pairs.anchors == 0 && pairs.candidates == 0;
    std::vector<shard> sizes;
    for (const auto& said :
         board.each_of(said_of_rows{{pairs.anchors, pairs.candidates}, is_empty || call.mirrors(objective)}))
      sizes.push_back(said.size), all_mirror = all_mirror && said.mirrors;
    return {board.me(), sizes};
  }
  /// Whether each two ranks meet once, for both orders of a pair.
  bool meets_once() const {
    if constexpr (may_meet_once)
      return all_mirror && board.size() > 1 && objective.direction.columns == 0 && bound.knows_all_anchors();
    return false;
  }
  Bound bind(const Targets& targets) const {
    const shard& all = rows.all();
    pair_space pairs = call.space();
    board.refuse_together([&] {
      const bool has_own = pairs.own > 0 || pairs.anchors == 0;
      MIXCON_REQUIRE(all.anchors > 0 && (all.candidates > 0 || has_own), call.function, ": all ranks have ",
                     all.anchors, " anchors and ", all.candidates, " candidates; expected at least one each");
      check_policies(call.function, objective, pairs);
      (Logits::check)(objective.logits, rows.mine(), rows);
      MIXCON_REQUIRE(objective.direction.columns == 0 || traits::scope == each::anchor, call.function,
                     ": a column direction of a loss whose formula is for pairs, triplets or the batch; over ranks "
                     "expected direction.columns = 0, or a loss whose formula is for each anchor");
      check_statistics(pairs.anchors);
    });
    pairs.memory = nullptr;
    Bound made = bind_over_ranks(targets, pairs, rows, board);
    using Rule = decltype(made.rule(index_t{}));
    if constexpr (!requires(const Rule& rule) { rule.template own<double>(index_t{}, index_t{}); })
      board.refuse_together([&] {
        MIXCON_REQUIRE(pairs.own == 0, call.function,
                       ": these targets say nothing of own(...) candidates; use queue_targets or own_targets");
      });
    return made;
  }
  void check_statistics(index_t anchors) const {
    const auto statistics = objective.loss.statistics();
    for_each_position<traits::count>([&](auto k) {
      const auto& statistic = get<decltype(k)::value>(statistics);
      if constexpr (requires { (statistic.check)(index_t{}); }) (statistic.check)(anchors);
    });
  }
  std::optional<operands<E>> pack() const {
    std::optional<operands<E>> made;
    board.refuse_together([&] { made.emplace(call, objective, memory); });
    return made;
  }

  // The problems: this rank's anchors against the candidates of a rank, and these against the anchors.

  index_t own_count() const { return call.space().own; }
  auto rows_problem(index_t rank, const packed_rows<T>& candidates) const {
    const bool is_mine = rank == board.me();
    const auto rules = rules_of_ranks<T>(objective, logits.of(rank), bound.rule(rank), is_mine ? own_count() : 0,
                                         own_count() + rows.first(rank).candidates);
    return problem<std::remove_const_t<decltype(rules)>>{rules,
                                                         packed->anchors(),
                                                         candidates,
                                                         is_mine ? packed->own() : none,
                                                         is_mine && call.mirrors(objective),
                                                         mixcon::view(skipped_anchors.flags),
                                                         memory};
  }
  auto columns_problem(index_t rank, const packed_rows<T>& candidates) const {
    const auto rules = rules_of_ranks<T>(objective, transposed(logits.of(rank)), transposed_rule_of(bound.rule(rank)),
                                         0, rows.first(board.me()).anchors);
    return problem<std::remove_const_t<decltype(rules)>>{
        rules, candidates, packed->anchors(), none, false, mixcon::view(skipped_candidates.flags), memory};
  }
  /// The rows of a part as anchors against those of another rank's, where `meets_once`.
  auto problem_between(const part_of_rows& anchors, const packed_rows<T>& anchor_rows, const part_of_rows& candidates,
                       const packed_rows<T>& candidate_rows) const {
    const auto rules = rules_of_ranks<T>(objective, logits.of(candidates.rank), bound.between(anchors, candidates), 0,
                                         rows.first(candidates.rank).candidates + candidates.first);
    return problem<std::remove_const_t<decltype(rules)>>{rules, anchor_rows, candidate_rows, none, false, {}, memory};
  }
  template <class Problem>
  static bool has_pairs(const Problem& p) {
    return p.anchors.count() > 0 && (p.candidates.count() > 0 || p.own_count > 0);
  }
  template <class Problem>
  auto parts_of(const Problem& p, bool columns) const {
    const shard &first = rows.first(board.me()), &all = rows.all();
    return parts_of_ranks<Board, typename Problem::statistics_type, Problem::count>{
        board, p.statistics, columns ? first.candidates : first.anchors, columns ? all.anchors : all.candidates};
  }

  // Formulas for each triplet need an anchor's whole row: all candidates in one matrix, (all, D).

  template <class Use>
  auto with_whole_rows(Use&& use) const {
    using Rule = decltype(bound.rule(index_t{}));
    std::vector<Rule> rules;
    std::vector<index_t> first{0};
    for (index_t r = 0; r < board.size(); ++r)
      rules.push_back(bound.rule(r)), first.push_back(rows.first(r + 1).candidates);
    packed_rows<T> all(rows.all().candidates, call.anchors.extent(1), memory);
    circle.each_block([&](index_t, index_t rank, const packed_rows<T>& candidates) {
      if (candidates.count() > 0)
        std::memcpy(all.to_receive() + rows.first(rank).candidates * all.pitch(), candidates.row(0),
                    static_cast<std::size_t>(candidates.count() * all.pitch()) * sizeof(T));
    });
    all.note_received();
    using logits_type = std::remove_cvref_t<decltype(logits.of(index_t{}))>;
    const rule_of_all_blocks<Rule> rule{mixcon::view(rules), mixcon::view(first)};
    const auto of_pairs =
        rules_of_ranks<T, Objective, logits_type>(objective, logits.of(0), rule, own_count(), own_count());
    return use(problem<std::remove_const_t<decltype(of_pairs)>>{of_pairs, packed->anchors(), all, packed->own(), false,
                                                                mixcon::view(skipped_anchors.flags), memory});
  }
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
