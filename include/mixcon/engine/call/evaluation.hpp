// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// One call over pairs on the host: what the public door asks.

#include <mixcon/contrast/targets/ignored.hpp>
#include <mixcon/core/executor.hpp>
#include <mixcon/core/phases.hpp>
#include <mixcon/engine/call/loss_of_states.hpp>
#include <mixcon/engine/call/operands.hpp>
#include <mixcon/engine/call/scaled_saved.hpp>
#include <mixcon/engine/call/softmax_at_once.hpp>
#include <mixcon/engine/call/transposed_logits.hpp>
#include <mixcon/engine/call/triplets.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Whether an executor takes both directions of a problem at once.
template <class Executor, class Problem>
concept SweepsBoth = requires(const Executor& executor, const Problem& p, typename Problem::row_states& states) {
  executor.gather_both(p, p, states, states);
};

/// One call behind the public door: arguments checked, rows packed, targets bound; then forward, backward, or both.
template <class Executor, class Objective, class Targets, class Call>
class evaluation {
  using T = typename Call::T;
  using Loss = std::remove_cvref_t<decltype(std::declval<Objective&>().loss)>;
  static_assert(
      requires(const Targets& targets, const pair_space& pairs) { targets.bind(pairs).rule(); },
      "mixcon: these are no targets; pass view_targets, label_targets{.labels = labels} or another of "
      "mixcon/contrast/targets.hpp");
  using Bound = decltype(std::declval<const Targets&>().bind(std::declval<const pair_space&>()));
  using Saved = saved_statistics<std::remove_const_t<Objective>, T>;

 public:
  evaluation(const Executor& executor, const Objective& objective, const Targets& targets, const Call& call,
             workspace* memory)
      : executor_(executor),
        objective_(objective),
        call_(call),
        memory_(memory),
        bound_(bind(targets)),
        rows_(call_, objective, memory),
        skipped_anchors_{scratch<char>(memory)},
        skipped_candidates_{scratch<char>(memory)},
        kept_(memory) {
    mark_skipped();
  }

  evaluation(const evaluation&) = delete;
  evaluation& operator=(const evaluation&) = delete;

  /// `differentiate` will follow on `forward` for these gradients, and may use what that computed.
  void keep_products(const gradients<T>& wanted) {
    keeps_ = true;
    kept_.note_wanted(wanted);
  }

  Saved fresh_saved() const { return Saved(memory_); }

  template <class Given>
  loss_result<T> forward(Given& saved) const {
    [[maybe_unused]] const timed_phase others(phase::rest);
    check_type<Given>();
    const directions& share = objective_.direction;
    loss_result<T> by_rows{}, by_columns{};
    const auto rows = rows_problem();
    const auto columns = columns_problem();
    if constexpr (sweeps_once<decltype(rows)>)
      if (share.rows != 0 && share.columns != 0) {
        check_statistics(rows);
        check_statistics(columns);
        auto by_row = rows.fresh_states();
        auto by_column = columns.fresh_states();
        executor_.gather_both(rows, columns, by_row, by_column);
        by_rows = loss_of(rows, "anchor", by_row, share.rows, saved.rows);
        by_columns = loss_of(columns, "candidate", by_column, share.columns, saved.columns);
        return {by_rows.value + by_columns.value, by_rows.anchors_used};
      }
    if (share.rows != 0) by_rows = run("anchor", rows, share.rows, saved.rows);
    if (share.columns != 0) by_columns = run("candidate", columns, share.columns, saved.columns);
    return {by_rows.value + by_columns.value, share.rows != 0 ? by_rows.anchors_used : by_columns.anchors_used};
  }

  /// Sets the gradients that are wanted.
  template <class Given>
  void differentiate(const Given& saved, const gradients<T>& wanted) const {
    gradients<T> to_clear = wanted;
    const bool sets_entries = can_set_entries && objective_.direction.rows != 0;
    if (sets_entries) to_clear.logits = to_clear.pair_scale = to_clear.pair_bias = to_clear.targets = {};
    (clear)(to_clear);
    add_gradients(saved, 1, wanted, true, sets_entries);
  }
  /// The value, and the gradient that is wanted, of a softmax over classes whose rows the executor takes at once; false
  /// where this call is none, or its rows are not finite: the other functions have to do it.
  bool set_softmax(const gradients<T>& wanted, loss_result<T>& result) const {
    if constexpr (has_softmax<Executor, Objective, Call>)
      return softmax_at_once(executor_, objective_, call_.values, bound_.rule(), skipped_anchors_, memory_)
          .set(wanted, result);
    else
      return false;
  }

  /// Adds upstream times the gradients that are wanted.
  template <class Given>
  void backward(const Given& saved, double upstream, const gradients<T>& wanted) const {
    add_gradients(saved, upstream, wanted, false, false);
  }

  void check_gradients(const gradients<T>& wanted) const { call_.check_gradients(wanted); }

  /// What the engines see of this call; refers to it.
  auto rows_problem() const {
    return problem_of(call_.similarity(objective_), objective_.logits, bound_.rule(), rows_.anchors(), rows_.shared(),
                      rows_.own().count() / rows_.anchors().count(), call_.mirrors(objective_), skipped_anchors_,
                      keeps_ ? &kept_ : nullptr);
  }

 private:
  auto columns_problem() const {
    return problem_of(call_.transposed_similarity(objective_), transposed(objective_.logits),
                      transposed_rule_of(bound_.rule()), rows_.shared(), rows_.anchors(), 0, false, skipped_candidates_,
                      nullptr);
  }
  template <class Similarity, class Logits, class Rule>
  auto problem_of(const Similarity& similarity, const Logits& logits, const Rule& rule, const packed_rows<T>& anchors,
                  const packed_rows<T>& candidates, index_t own_count, bool mirrors, const marked_rows& skipped,
                  kept_products<T>* kept) const {
    using rules = pair_rules<T, Loss, Similarity, Logits, Rule>;
    return problem<rules>{rules{objective_.loss, objective_.loss.statistics(), similarity, logits, rule,
                                objective_.template logit_scale_in<T>(), own_count, own_count},
                          anchors,
                          candidates,
                          rows_.own(),
                          mirrors,
                          mixcon::view(skipped.flags),
                          memory_,
                          kept};
  }

  Bound bind(const Targets& targets) const {
    call_.check_shapes(objective_);
    pair_space pairs = call_.space();
    pairs.memory = memory_;
    Bound bound = targets.bind(pairs);
    using Rule = decltype(bound.rule());
    if constexpr (!requires(const Rule& rule) { rule.template own<double>(index_t{}, index_t{}); })
      MIXCON_REQUIRE(pairs.own == 0, call_.function,
                     ": these targets say nothing of own(...) candidates; use queue_targets or own_targets");
    return bound;
  }

  void mark_skipped() {
    const index_t anchors = rows_.anchors().count(), shared = rows_.shared().count();
    for (index_t a = 0; a < anchors; ++a)
      if (skips_anchor(bound_, a)) skipped_anchors_.mark(a, anchors);
    for (index_t c = 0; c < shared && objective_.direction.columns != 0; ++c)
      if (skips_candidate(bound_, c)) skipped_candidates_.mark(c, shared);
  }

  static constexpr bool of_triplets = loss_traits<Loss>::scope == each::triplet;
  /// Whether an executor takes both directions at once. Logits that are given have no products to share.
  template <class Problem>
  static constexpr bool sweeps_once = !of_triplets && !Problem::is_given && SweepsBoth<Executor, Problem>;
  /// Whether executors set, in one visit of the pairs, what has an entry for each.
  static constexpr bool can_set_entries = !of_triplets && requires(const Call& call) { call.values; };

  template <class Given>
  static constexpr void check_type() {
    static_assert(std::is_same_v<std::remove_const_t<Given>, Saved>,
                  "mixcon: `saved` is of another objective or of rows of another type; declare saved_for<"
                  "decltype(objective), decltype(rows)> with those of this call");
  }
  template <class Problem>
  static void check_statistics(const Problem& problem) {
    for_each_position<Problem::count>([&](auto k) {
      const auto& statistic = get<decltype(k)::value>(problem.statistics);
      if constexpr (requires { (statistic.check)(index_t{}); }) (statistic.check)(problem.anchors.count());
    });
  }

  template <class Problem, class SavedRows>
  loss_result<T> run(const char* row, const Problem& problem, double share, SavedRows& saved) const {
    check_statistics(problem);
    if constexpr (of_triplets) {
      return run_triplets(executor_, {call_.function, row}, objective_, problem, only_part<Problem>{problem}, share,
                          saved);
    } else {
      auto states = problem.fresh_states();
      static_assert(
          requires { executor_.gather(problem, states); },
          "mixcon: this executor runs rows and does not gather pairs; losses over pairs need gather and scatter "
          "(mixcon/core/executor.hpp), as serial{} and tiled{} have them");
      executor_.gather(problem, states);
      return loss_of(problem, row, states, share, saved);
    }
  }
  template <class Problem, class SavedRows>
  loss_result<T> loss_of(const Problem& problem, const char* row, const typename Problem::row_states& states,
                         double share, SavedRows& saved) const {
    return loss_of_states(executor_, {call_.function, row}, objective_, problem, only_part<Problem>{problem}, states,
                          share, saved);
  }

  /// Adds upstream times the gradients that are wanted, which may be all zero; sets those with an entry a pair where
  /// nothing stands in them.
  template <class Given>
  void add_gradients(const Given& saved, double upstream, const gradients<T>& wanted, bool are_zero,
                     bool is_unset) const {
    check_type<Given>();
    check_saved(saved);
    gradient_sums sums;
    [[maybe_unused]] const timed_phase others(phase::rest);
    const directions& share = objective_.direction;
    const auto rows = rows_problem();
    const auto columns = columns_problem();
    const scaled_saved<Loss, T> by_rows(saved.rows, upstream, memory_), by_columns(saved.columns, upstream, memory_);
    if constexpr (sweeps_once<decltype(rows)>)
      if (share.rows != 0 && share.columns != 0) {
        packed_gradients<T> to = rows_.buffers(wanted, false, are_zero), to_columns;
        to.separate(memory_);
        to_columns.prepare(wanted, true, rows_.shared().count(), memory_);
        to_columns.anchors = to.candidates.shared(), to_columns.candidates = to.anchors.shared();
        executor_.scatter_both(rows, by_rows.view, columns, by_columns.view, to, to_columns);
        add_rows(to, by_rows.by_scale, wanted, sums);
        add_sums_of_columns(to_columns, by_columns.by_scale, wanted, sums);
        return add_scalars(sums, wanted);
      }
    if (share.rows != 0) {
      packed_gradients<T> to = rows_.buffers(wanted, false, are_zero);
      to.is_unset = is_unset;
      const double own_part = scatter(rows, by_rows, to);
      add_rows(to, own_part, wanted, sums);
    }
    if (share.columns != 0) {
      packed_gradients<T> to = rows_.buffers(wanted, true, are_zero && share.rows == 0);
      const double own_part = scatter(columns, by_columns, to);
      rows_.unpack(to.candidates, to.anchors, to.own, wanted);
      add_sums_of_columns(to, own_part, wanted, sums);
    }
    add_scalars(sums, wanted);
  }
  void add_rows(packed_gradients<T>& to, double own_part, const gradients<T>& wanted, gradient_sums& sums) const {
    rows_.unpack(to.anchors, to.candidates, to.own, wanted);
    sums.add(to, own_part);
  }
  static void add_sums_of_columns(const packed_gradients<T>& to, double own_part, const gradients<T>& wanted,
                                  gradient_sums& sums) {
    sums.add(to, own_part);
    for (index_t c = 0; c < wanted.candidate_bias.extent(0); ++c)
      wanted.candidate_bias[c] += to.bias[static_cast<std::size_t>(c)];
  }
  void add_scalars(const gradient_sums& sums, const gradients<T>& wanted) const {
    const double temperature = temperature_of(objective_.loss), by_scale = sums.by_scale.value();
    if (wanted.scale) *wanted.scale += by_scale / temperature;
    if (wanted.temperature) *wanted.temperature -= by_scale * objective_.scale / (temperature * temperature);
    if (wanted.bias) *wanted.bias += sums.by_bias.value();
  }

  /// Returns what the formulas themselves hold of d loss / d logit scale.
  template <class Problem>
  double scatter(const Problem& problem, const scaled_saved<Loss, T>& saved, packed_gradients<T>& to) const {
    if constexpr (of_triplets) {
      return triplet_scatter<Executor, Problem, saved_view<Loss, T>>(executor_, problem, saved.view, to).run();
    } else {
      executor_.scatter(problem, saved.view, to);
      return saved.by_scale;
    }
  }

  template <class Given>
  void check_saved(const Given& saved) const {
    const auto rows = static_cast<std::size_t>(objective_.direction.rows != 0 ? rows_.anchors().count() : 0);
    const auto columns = static_cast<std::size_t>(objective_.direction.columns != 0 ? rows_.shared().count() : 0);
    MIXCON_REQUIRE(
        (rows == 0 || saved.rows.used.size() == rows) && (columns == 0 || saved.columns.used.size() == columns),
        call_.function, ": `saved` is of another forward pass (", static_cast<index_t>(saved.rows.used.size()),
        " anchors; expected ", rows_.anchors().count(), "); call forward with these arguments first");
  }

  const Executor& executor_;
  const Objective& objective_;
  Call call_;
  workspace* memory_;
  Bound bound_;
  typename operands_of_call<Call>::type rows_;
  marked_rows skipped_anchors_, skipped_candidates_;
  mutable kept_products<T> kept_;
  bool keeps_ = false;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
