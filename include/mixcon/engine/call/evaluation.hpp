// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/targets/ignored.hpp>
#include <mixcon/engine/call/finish.hpp>
#include <mixcon/engine/call/operands.hpp>
#include <mixcon/engine/call/triplets.hpp>
#include <mixcon/engine/given_logits.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// The logits when anchors and candidates have changed places.
template <class Logits>
struct transposed_logits {
  Logits logits;
  template <class T>
  MIXCON_HD T factor(index_t anchor, index_t candidate) const {
    return each_lane<T>([&](int k) { return logits.template factor<scalar_of<T>>(candidate + k, anchor); });
  }
  template <class T>
  MIXCON_HD T offset(index_t anchor, index_t candidate) const {
    return each_lane<T>([&](int k) { return logits.template offset<scalar_of<T>>(candidate + k, anchor); });
  }
};

/// One call behind the public door: arguments checked, rows packed, targets bound; then forward, backward, or both.
template <class Objective, class Targets, class Call>
class evaluation {
  using T = typename Call::T;
  using Loss = std::remove_cvref_t<decltype(std::declval<Objective&>().loss)>;
  static_assert(
      requires(const Targets& targets, const pair_space& pairs) { targets.bind(pairs).rule(); },
      "mixcon: these are no targets; pass view_targets, label_targets{.labels = labels} or another of "
      "mixcon/contrast/targets.hpp");
  using Bound = decltype(std::declval<const Targets&>().bind(std::declval<const pair_space&>()));

 public:
  evaluation(const Objective& objective, const Targets& targets, const Call& call)
      : objective_(objective), call_(call), bound_(bind(targets)), rows_(call_, objective) {
    mark_skipped();
  }

  evaluation(const evaluation&) = delete;
  evaluation& operator=(const evaluation&) = delete;

  template <class Executor, class Saved>
  loss_result<T> forward(const Executor& executor, Saved& saved) const {
    const directions& share = objective_.direction;
    loss_result<T> by_rows{}, by_columns{};
    const auto rows = rows_problem();
    const auto columns = columns_problem();
    if constexpr (sweeps_once<Executor, decltype(rows)>)
      if (share.rows != 0 && share.columns != 0) {
        check_statistics(rows);
        check_statistics(columns);
        auto by_row = states_of(rows);
        auto by_column = states_of(columns);
        executor.gather_both(rows, columns, by_row, by_column);
        by_rows = finish(executor, {call_.function, "anchor"}, objective_, rows, by_row, share.rows, saved.rows);
        by_columns = finish(executor, {call_.function, "candidate"}, objective_, columns, by_column, share.columns,
                            saved.columns);
        return {by_rows.value + by_columns.value, by_rows.anchors_used};
      }
    if (share.rows != 0) by_rows = run(executor, "anchor", rows, share.rows, saved.rows);
    if (share.columns != 0) by_columns = run(executor, "candidate", columns, share.columns, saved.columns);
    return {by_rows.value + by_columns.value, share.rows != 0 ? by_rows.anchors_used : by_columns.anchors_used};
  }

  /// Sets the gradients that are wanted.
  template <class Executor, class Saved>
  void differentiate(const Executor& executor, const Saved& saved, const gradients<T>& wanted) const {
    gradients<T> to_clear = wanted;
    const bool sets_entries = can_set_entries<Executor, decltype(rows_problem())> && objective_.direction.rows != 0;
    if (sets_entries) to_clear.logits = to_clear.pair_scale = to_clear.pair_bias = to_clear.targets = {};
    (clear)(to_clear);
    backward(executor, saved, 1, wanted, sets_entries);
  }
  /// Adds upstream times the gradients that are wanted; sets those with an entry a pair where nothing stands in them.
  template <class Executor, class Saved>
  void backward(const Executor& executor, const Saved& saved, double upstream, const gradients<T>& wanted,
                bool is_unset = false) const {
    check_saved(saved);
    ordered_sum<double> by_scale, by_bias;
    auto add_scalars = [&](const packed_gradients<T>& to, double own_part) {
      for (T x : to.scale) by_scale.add(static_cast<double>(x));
      for (T x : to.bias) by_bias.add(static_cast<double>(x));
      by_scale.add(own_part);
    };
    auto add_rows = [&](const packed_gradients<T>& to, double own_part) {
      rows_.unpack(to.anchors, to.candidates, to.own, wanted);
      add_scalars(to, own_part);
    };
    auto add_columns = [&](const packed_gradients<T>& to, double own_part) {
      rows_.unpack(to.candidates, to.anchors, to.own, wanted);
      add_scalars(to, own_part);
      for (index_t c = 0; c < wanted.candidate_bias.extent(0); ++c)
        wanted.candidate_bias[c] += to.bias[static_cast<std::size_t>(c)];
    };
    const directions& share = objective_.direction;
    const auto rows = rows_problem();
    const auto columns = columns_problem();
    bool is_done = false;
    if constexpr (sweeps_once<Executor, decltype(rows)>)
      if (share.rows != 0 && share.columns != 0) {
        packed_gradients<T> to = rows_.buffers(wanted, false), to_columns = rows_.buffers(wanted, true);
        executor.scatter_both(rows, times(saved.rows, upstream), columns, times(saved.columns, upstream), to,
                              to_columns);
        add_rows(to, saved.rows.scale_adjoint * upstream);
        add_columns(to_columns, saved.columns.scale_adjoint * upstream);
        is_done = true;
      }
    if (!is_done && share.rows != 0) {
      packed_gradients<T> to = rows_.buffers(wanted, false);
      to.is_unset = is_unset;
      const double own_part = scatter(executor, rows, times(saved.rows, upstream), to);
      add_rows(to, own_part);
    }
    if (!is_done && share.columns != 0) {
      packed_gradients<T> to = rows_.buffers(wanted, true);
      const double own_part = scatter(executor, columns, times(saved.columns, upstream), to);
      add_columns(to, own_part);
    }
    const double temperature = temperature_of(objective_.loss);
    if (wanted.scale) *wanted.scale += by_scale.value() / temperature;
    if (wanted.temperature) *wanted.temperature -= by_scale.value() * objective_.scale / (temperature * temperature);
    if (wanted.bias) *wanted.bias += by_bias.value();
  }

  void check_gradients(const gradients<T>& wanted) const { call_.check_gradients(wanted); }

  /// What the engines see of this call; refers to it.
  auto rows_problem() const {
    auto rule = bound_.rule();
    auto similarity = call_.similarity(objective_);
    return problem<T, Loss, decltype(similarity), decltype(objective_.logits), decltype(rule)>{
        rows_.anchors(),
        rows_.shared(),
        rows_.own(),
        rows_.own().count() / rows_.anchors().count(),
        objective_.loss,
        objective_.loss.statistics(),
        similarity,
        objective_.logits,
        rule,
        static_cast<T>(objective_.logit_scale()),
        call_.mirrors(objective_),
        mixcon::view(skipped_anchors_.flags)};
  }

 private:
  Bound bind(const Targets& targets) const {
    call_.check_shapes(objective_);
    const pair_space pairs = call_.space();
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

  auto columns_problem() const {
    using Rule = transposed_rule<decltype(bound_.rule())>;
    using Given = decltype(objective_.logits);
    using Logits = std::conditional_t<requires { Given::is_symmetric; }, Given, transposed_logits<Given>>;
    auto similarity = call_.transposed_similarity(objective_);
    return problem<T, Loss, decltype(similarity), Logits, Rule>{rows_.shared(),
                                                                rows_.anchors(),
                                                                rows_.own(),
                                                                0,
                                                                objective_.loss,
                                                                objective_.loss.statistics(),
                                                                similarity,
                                                                Logits{objective_.logits},
                                                                Rule{bound_.rule()},
                                                                static_cast<T>(objective_.logit_scale()),
                                                                false,
                                                                mixcon::view(skipped_candidates_.flags)};
  }

  /// Whether an executor takes both directions at once. Logits that are given have no products to share.
  template <class Executor, class Problem>
  static constexpr bool sweeps_once =
      loss_traits<Loss>::scope != each::triplet && !Problem::is_given &&
      requires(const Executor& executor, const Problem& p, std::vector<row_state<Problem, T>>& states) {
        executor.gather_both(p, p, states, states);
      };

  /// Whether an executor sets, in one visit of the pairs, what has an entry a pair.
  template <class Executor, class Problem>
  static constexpr bool can_set_entries =
      loss_traits<Loss>::scope != each::triplet && Problem::is_given && requires { Executor::sets_entries; };

  template <class Problem>
  static void check_statistics(const Problem& problem) {
    for_each_position<Problem::count>([&](auto k) {
      const auto& statistic = get<decltype(k)::value>(problem.statistics);
      if constexpr (requires { (statistic.check)(index_t{}); }) (statistic.check)(problem.anchors.count());
    });
  }
  template <class Problem>
  static auto states_of(const Problem& problem) {
    return std::vector<row_state<Problem, T>>(static_cast<std::size_t>(problem.anchors.count()));
  }

  template <class Executor, class Problem, class SavedRows>
  loss_result<T> run(const Executor& executor, const char* row, const Problem& problem, double share,
                     SavedRows& saved) const {
    check_statistics(problem);
    if constexpr (loss_traits<Loss>::scope == each::triplet)
      return run_triplets(executor, {call_.function, row}, objective_, problem, share, saved);
    auto states = states_of(problem);
    executor.gather(problem, states);
    return finish(executor, {call_.function, row}, objective_, problem, states, share, saved);
  }

  /// Returns what the formulas themselves hold of d loss / d logit scale.
  template <class Executor, class Problem, class SavedRows>
  static double scatter(const Executor& executor, const Problem& problem, const SavedRows& saved,
                        packed_gradients<T>& to) {
    if constexpr (loss_traits<Loss>::scope == each::triplet) {
      return triplet_scatter<Executor, Problem, SavedRows>(executor, problem, saved, to).run();
    } else {
      executor.scatter(problem, saved, to);
      return saved.scale_adjoint;
    }
  }

  template <class Saved>
  void check_saved(const Saved& saved) const {
    const auto rows = static_cast<std::size_t>(objective_.direction.rows != 0 ? rows_.anchors().count() : 0);
    const auto columns = static_cast<std::size_t>(objective_.direction.columns != 0 ? rows_.shared().count() : 0);
    MIXCON_REQUIRE(
        (rows == 0 || saved.rows.used.size() == rows) && (columns == 0 || saved.columns.used.size() == columns),
        call_.function, ": `saved` is of another forward pass (", static_cast<index_t>(saved.rows.used.size()),
        " anchors; expected ", rows_.anchors().count(), "); call forward with these arguments first");
  }

  template <class SavedRows>
  static SavedRows times(SavedRows saved, double upstream) {
    for (T& x : saved.adjoint) x *= static_cast<T>(upstream);
    for (T& x : saved.share) x *= static_cast<T>(upstream);
    saved.scale_adjoint *= upstream;
    return saved;
  }

  const Objective& objective_;
  Call call_;
  Bound bound_;
  typename operands_of_call<Call>::type rows_;
  marked_rows skipped_anchors_, skipped_candidates_;
};

/// Makes an evaluation of a public call's arguments.
template <class Objective, class Targets, class Anchors, class Against>
auto evaluate(const char* function, const Objective& objective, const Targets& targets, const Anchors& anchors,
              const Against& candidates) {
  using E = element_t<const Anchors>;
  return evaluation<Objective, Targets, arguments<E>>(
      objective, targets,
      arguments<E>{function, matrix_view<const E>(view_given<2>(function, "the anchors' rows", anchors)),
                   as_segments(candidates)});
}

template <class Objective, class Targets, class E>
auto evaluate(const char* function, const Objective& objective, const Targets& targets, const given_logits<E>& logits) {
  return evaluation<Objective, Targets, logits_arguments<E>>(objective, targets,
                                                             logits_arguments<E>{function, logits.values});
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
