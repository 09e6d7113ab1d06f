// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/result.hpp>
#include <mixcon/core/number/ordered_sum.hpp>
#include <mixcon/engine/call/formulas.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// How refusals name a row: the public call, and "anchor" or, where the columns' softmax is taken, "candidate".
struct row_words {
  const char* function;
  const char* row;
};

/// Which anchors count, by the targets and by the objective's policy; refuses where the policy is to refuse.
template <class Objective, class Problem, class T>
index_t mark_counting(const row_words& words, const Objective& objective, const Problem& problem,
                      const std::vector<row_state<Problem, T>>& states, std::vector<char>& counts) {
  using traits = loss_traits<decltype(objective.loss)>;
  index_t anchors_used = 0;
  for (std::size_t a = 0; a < states.size(); ++a) {
    if (problem.skips(a)) continue;
    // NaN never reaches these: they are sums of 0 and 1
    const bool positive = states[a].seen.positives > T(0), negative = states[a].seen.negatives > T(0);
    MIXCON_REQUIRE(positive || objective.without_positive != no_positive::error, words.function, ": ", words.row, " ",
                   static_cast<index_t>(a),
                   " has no positive and the objective's policy is no_positive::error; add a view or a sample of its "
                   "class, or choose no_positive::zero or ::skip");
    const bool needs_it = traits::needs_positive || objective.without_positive == no_positive::skip;
    const bool dropped = objective.reduce == reduction::weighted && objective.weights[static_cast<index_t>(a)] == 0;
    counts[a] = !dropped && (positive || !needs_it) && (negative || !traits::needs_negative);
    if (positive && (negative || !traits::needs_negative)) ++anchors_used;
  }
  return anchors_used;
}

/// Whether an anchor has a candidate of weight > 0 and of a logit above -infinity, or NaN.
template <class Problem, class T>
bool sees_any(const Problem& p, const row_state<Problem, T>& state, index_t a) {
  if (!Problem::may_hide || !(state.seen.visible > T(0))) return state.seen.visible > T(0);
  bool any = false;
  const auto look = [&](const auto& v) { any = any || (v.pair.weight > T(0) && !is_minus_infinity(v.pair.x)); };
  visit_own(p, a, look);
  visit_shared(p, a, look);
  return any;
}

/// Refuses anchors, or a batch, whose value is the logarithm of an empty sum, or a difference of such.
template <class Problem, class T, class Totals>
void check_visible(const row_words& words, const Problem& p, const std::vector<row_state<Problem, T>>& states,
                   const std::vector<char>& counts, const Totals& totals) {
  constexpr bool whole = loss_traits<typename Problem::loss_type>::scope == each::batch;
  const auto is_empty = [&](index_t a) { return !sees_any(p, states[static_cast<std::size_t>(a)], a); };
  for (std::size_t a = 0; a < states.size(); ++a)
    for (const auto value : totals[a].value) {
      if (!counts[a] || !(is_minus_infinity(value) || is_nan(value))) continue;
      bool batch_is_empty = whole;
      for (std::size_t b = 0; b < states.size() && batch_is_empty; ++b)
        batch_is_empty = !counts[b] || is_empty(static_cast<index_t>(b));
      MIXCON_REQUIRE(!batch_is_empty, words.function, ": no ", words.row,
                     " sees a candidate: all are hidden or have weight 0 or a logit of -infinity, and the loss takes a "
                     "mean over pairs; expected at least one visible pair, so at least two rows");
      MIXCON_REQUIRE(whole || !is_empty(static_cast<index_t>(a)), words.function, ": ", words.row, " ",
                     static_cast<index_t>(a),
                     " sees no candidate: all are hidden or have weight 0 or a logit of -infinity, and the loss takes "
                     "the logarithm of their sum; expected at least one visible candidate");
    }
}

/// What the formulas of one anchor come to, term by term.
template <class T, int Terms>
struct row_total {
  wide_t<T> value[static_cast<unsigned>(Terms)]{}, divisor[static_cast<unsigned>(Terms)]{};
};

/// Reads every anchor's statistics; with a formula for the batch, those of all anchors that count, merged.
template <class Problem, class T, class Saved>
void read_rows(const Problem& problem, const std::vector<row_state<Problem, T>>& states, Saved& saved) {
  using state = row_state<Problem, T>;
  state batch{};
  constexpr bool whole = loss_traits<typename Problem::loss_type>::scope == each::batch;
  for (std::size_t a = 0; whole && a < states.size(); ++a)
    if (saved.counts[a]) batch.merge(problem, states[a]);
  for (std::size_t a = 0; a < states.size(); ++a) {
    const state& row = whole ? batch : states[a];
    for_each_position<Problem::count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      get<at>(saved.reading[a]) = read(get<at>(problem.statistics), get<at>(row.of), static_cast<index_t>(a));
    });
  }
}

/// Evaluates the formulas and turns them into the loss's value and into d loss / d statistic.
template <class Executor, class Objective, class Problem, class Saved>
class formula_pass {
  using T = typename Problem::number;
  using Loss = typename Problem::loss_type;
  using traits = loss_traits<Loss>;
  static constexpr int count = Problem::count, terms = term_count<Loss>;
  static constexpr int first_statistic = traits::scope == each::positive ? 1 : 0;
  static constexpr bool keeps_answers = traits::scope == each::anchor;  // a formula an anchor: evaluated once
  using totals = row_total<T, terms>;
  using answer = decltype(evaluate_formula<Loss, T>(std::declval<const Loss&>(), static_cast<const T*>(nullptr), T()));

 public:
  formula_pass(const Executor& executor, const Objective& objective, const Problem& problem, Saved& saved)
      : executor_(executor), objective_(objective), p_(problem), saved_(saved) {}

  /// Each anchor's values and divisors; the batch's stand with the first anchor that counts.
  std::vector<totals> evaluate() {
    std::vector<totals> all(saved_.counts.size());
    if (keeps_answers) answers_.resize(all.size());
    visit_rows([&](index_t a) { all[static_cast<std::size_t>(a)] = totals_of(a); });
    return all;
  }

  /// Fills what `saved` keeps of the derivatives; `factor` is d loss / d (sum of a term's values).
  void differentiate(const wide_t<T> (&factor)[static_cast<unsigned>(terms)]) const {
    std::vector<T> by_scale(saved_.counts.size(), T(0));
    if (traits::scope == each::positive) saved_.share.assign(saved_.counts.size() * std::size_t{terms}, T(0));
    visit_rows([&](index_t a) {
      T share[static_cast<unsigned>(terms)];
      for (int n = 0; n < terms; ++n) share[n] = static_cast<T>(factor[n]) * weight_of(a);
      for (int n = 0; n < terms && traits::scope == each::positive; ++n)
        saved_.share[static_cast<std::size_t>(a * terms + n)] = share[n];
      const auto add = [&](const answer& one) {
        add_slopes(a, first_statistic, share, one);
        for (int n = 0; n < terms; ++n)
          by_scale[static_cast<std::size_t>(a)] += share[n] * one.of[n].value.partial[traits::inputs];
      };
      if constexpr (keeps_answers)
        add(answers_[static_cast<std::size_t>(a)]);
      else
        for_each_formula(p_, saved_, a, add);
    });
    if constexpr (traits::scope == each::batch) copy_to_all_rows();
    if constexpr (traits::both_ends) add_other_ends();
    ordered_sum<T> sum;
    for (T x : by_scale) sum.add(x);
    saved_.scale_adjoint = static_cast<double>(sum.value());
  }

 private:
  totals totals_of(index_t a) {
    totals of_row;
    if constexpr (keeps_answers) {
      const answer& kept = answers_[static_cast<std::size_t>(a)] = formula_of_row(p_, saved_, a);
      for (int n = 0; n < terms; ++n) {
        of_row.value[n] = static_cast<wide_t<T>>(kept.of[n].value.value * weight_of(a));
        of_row.divisor[n] = static_cast<wide_t<T>>(kept.of[n].divisor);
      }
    } else {
      ordered_sum<T> value[static_cast<unsigned>(terms)], divisor[static_cast<unsigned>(terms)];
      for_each_formula(p_, saved_, a, [&](const answer& one) {
        for (int n = 0; n < terms; ++n) {
          value[n].add(one.of[n].value.value * weight_of(a));
          divisor[n].add(one.of[n].divisor);
        }
      });
      for (int n = 0; n < terms; ++n) of_row.value[n] = value[n].value(), of_row.divisor[n] = divisor[n].value();
    }
    return of_row;
  }
  /// Calls visit(a) for the anchors whose formulas are evaluated; for the batch, for the first alone.
  template <class Visit>
  void visit_rows(Visit&& visit) const {
    const auto rows = static_cast<index_t>(saved_.counts.size());
    auto visit_if = [&](index_t a, auto) {
      if (saved_.counts[static_cast<std::size_t>(a)]) visit(a);
    };
    if constexpr (traits::scope == each::positive) {
      for_each_row(executor_, rows, visit_if);
    } else if constexpr (traits::scope == each::batch) {
      if (const index_t a = first_counted(); a < rows) visit(a);
    } else {
      for (index_t a = 0; a < rows; ++a) visit_if(a, one_by_one{});
    }
  }
  index_t first_counted() const {
    index_t a = 0;
    while (a < static_cast<index_t>(saved_.counts.size()) && !saved_.counts[static_cast<std::size_t>(a)]) ++a;
    return a;
  }
  T weight_of(index_t a) const {
    return objective_.reduce == reduction::weighted ? static_cast<T>(objective_.weights[a]) : T(1);
  }
  T* adjoint_of(index_t a) const { return saved_.adjoint.data() + a * count; }

  /// Adds share times the slopes by the statistics that begin at input `first`.
  void add_slopes(index_t row, int first, const T* share, const answer& one) const {
    for (int n = 0; n < terms; ++n)
      for (int k = 0; k < count; ++k) adjoint_of(row)[k] += share[n] * one.of[n].value.partial[first + k];
  }
  void copy_to_all_rows() const {
    const index_t first = first_counted();
    for (index_t a = first + 1; a < static_cast<index_t>(saved_.counts.size()); ++a)
      for (int k = 0; k < count && saved_.counts[static_cast<std::size_t>(a)]; ++k)
        adjoint_of(a)[k] = adjoint_of(first)[k];
  }
  /// Each row adds up what the formulas of its anchors say of it, so that no two tasks write to one row.
  void add_other_ends() const {
    for_each_row(executor_, static_cast<index_t>(saved_.counts.size()), [&](index_t row, auto) {
      for_each_formula_at_other_end(p_, saved_, row, [&](index_t a, const answer& one) {
        add_slopes(row, first_statistic + count, saved_.share.data() + a * terms, one);
      });
      for (int k = 0; k < count; ++k)
        if (adjoint_of(row)[k] != T(0)) saved_.used[static_cast<std::size_t>(row)] = 1;
    });
  }

  const Executor& executor_;
  const Objective& objective_;
  const Problem& p_;
  Saved& saved_;
  std::vector<answer> answers_;  // (N), where they are kept
};

/// The loss's value; sets `factor` to d loss / d (sum of a term's values).
template <class T, class Objective, class Problem, int Terms>
T value_of_terms(const Objective& objective, const Problem& problem, const std::vector<row_total<T, Terms>>& totals,
                 const std::vector<char>& counts, double share, wide_t<T> (&factor)[static_cast<unsigned>(Terms)]) {
  using traits = loss_traits<typename Problem::loss_type>;
  ordered_sum<wide_t<T>> sum[static_cast<unsigned>(Terms)], divisor[static_cast<unsigned>(Terms)], value;
  index_t counted = 0, skipped = 0;
  for (std::size_t a = 0; a < totals.size(); ++a) {
    if (problem.skips(a)) ++skipped;
    if (!counts[a]) continue;
    ++counted;
    for (int n = 0; n < Terms; ++n) sum[n].add(totals[a].value[n]), divisor[n].add(totals[a].divisor[n]);
  }
  for (int n = 0; n < Terms; ++n) {
    wide_t<T> by = divisor[n].value();
    if (traits::one_number && objective.reduce != reduction::mean) by = 1;
    if (traits::one_number && traits::scope == each::anchor && objective.reduce == reduction::mean)
      by = static_cast<wide_t<T>>(
          objective.without_positive == no_positive::skip ? counted : static_cast<index_t>(totals.size()) - skipped);
    factor[n] = by == 0 ? 0 : static_cast<wide_t<T>>(share) / by;
    value.add(factor[n] == 0 ? 0 : sum[n].value() * factor[n]);
  }
  return static_cast<T>(value.value());
}

/// Turns gathered states into the loss's value and into what `backward` needs. `share` multiplies both: the weight of
/// this direction.
template <class Executor, class Objective, class Problem, class T, class Saved>
loss_result<T> finish(const Executor& executor, const row_words& words, const Objective& objective,
                      const Problem& problem, const std::vector<row_state<Problem, T>>& states, double share,
                      Saved& saved) {
  constexpr int terms = term_count<typename Problem::loss_type>;
  const std::size_t anchors = states.size();
  saved.reading.assign(anchors, {});
  saved.adjoint.assign(anchors * static_cast<std::size_t>(Problem::count), T(0));
  saved.counts.assign(anchors, 0);
  const index_t anchors_used = mark_counting(words, objective, problem, states, saved.counts);
  saved.used = saved.counts;
  read_rows(problem, states, saved);

  formula_pass<Executor, Objective, Problem, Saved> formulas(executor, objective, problem, saved);
  const std::vector<row_total<T, terms>> totals = formulas.evaluate();
  check_visible(words, problem, states, saved.counts, totals);

  wide_t<T> factor[static_cast<unsigned>(terms)];
  const T value = value_of_terms<T>(objective, problem, totals, saved.counts, share, factor);
  formulas.differentiate(factor);
  return {value, anchors_used};
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
