// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// From the states of all rows to the loss's value and to what `backward` needs: the loops around one_row.hpp.

#include <mixcon/contrast/result.hpp>
#include <mixcon/engine/call/formulas.hpp>
#include <mixcon/engine/call/only_part.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// How refusals name a row: the public call, and "anchor" or, where the columns' softmax is taken, "candidate".
struct row_words {
  const char* function;
  const char* row;
};

template <class Objective>
row_policy policy_of(const Objective& objective) {
  return {objective.without_positive, objective.reduce};
}
template <class Objective>
double weight_of_row(const Objective& objective, index_t a) {
  return objective.reduce == reduction::weighted ? objective.weights[a] : 1.0;
}

/// Which anchors count, by the targets and by the objective's policy; refuses where the policy is to refuse.
template <class Objective, class Problem>
index_t mark_counting(const row_words& words, const Objective& objective, const Problem& problem,
                      const typename Problem::row_states& states, scratch<char>& counts) {
  index_t anchors_used = 0;
  for (std::size_t a = 0; a < states.size(); ++a) {
    if (problem.skips(a)) continue;
    const row_use use = use_of_row<typename Problem::loss_type>(policy_of(objective), states[a].seen,
                                                                weight_of_row(objective, static_cast<index_t>(a)));
    MIXCON_REQUIRE(use.has_positive || objective.without_positive != no_positive::error, words.function, ": ",
                   words.row, " ", static_cast<index_t>(a),
                   " has no positive and the objective's policy is no_positive::error; add a view or a sample of its "
                   "class, or choose no_positive::zero or ::skip");
    counts[a] = use.counts;
    if (use.complete) ++anchors_used;
  }
  return anchors_used;
}

/// The sums over this part's anchors.
template <class Problem, class T, int Terms>
loss_sums<T, Terms> sums_of_rows(const Problem& problem, const scratch<row_total<T, Terms>>& totals,
                                 const scratch<char>& counts) {
  ordered_sum<wide_t<T>> value[static_cast<unsigned>(Terms)], divisor[static_cast<unsigned>(Terms)];
  loss_sums<T, Terms> sums;
  for (std::size_t a = 0; a < totals.size(); ++a) {
    if (!problem.skips(a)) ++sums.rows;
    if (!counts[a]) continue;
    ++sums.counted;
    for (int n = 0; n < Terms; ++n) value[n].add(totals[a].value[n]), divisor[n].add(totals[a].divisor[n]);
  }
  for (int n = 0; n < Terms; ++n) sums.value[n] = value[n].value(), sums.divisor[n] = divisor[n].value();
  return sums;
}
/// The sums over all parts' anchors, in the place of this part's.
template <class Parts, class T, int Terms>
void add_up(const Parts& parts, loss_sums<T, Terms>& sums) {
  index_t numbers[] = {sums.counted, sums.rows, sums.anchors_used};
  parts.add_up(sums.value, Terms), parts.add_up(sums.divisor, Terms), parts.add_up(numbers, 3);
  sums.counted = numbers[0], sums.rows = numbers[1], sums.anchors_used = numbers[2];
}
/// The loss's value; sets `factor` to d loss / d (a term's sum of values).
template <class Loss, class T, int Terms>
T value_of_sums(const row_policy& policy, const loss_sums<T, Terms>& sums, double share,
                wide_t<T> (&factor)[static_cast<unsigned>(Terms)]) {
  ordered_sum<wide_t<T>> value;
  for (int n = 0; n < Terms; ++n) {
    factor[n] = factor_of_term<Loss, T>(policy, sums.divisor[n], sums.counted, sums.rows, share);
    value.add(factor[n] == 0 ? 0 : sums.value[n] * factor[n]);
  }
  return static_cast<T>(value.value());
}

/// Evaluates the formulas of this part's anchors and turns them into the loss's value and into d loss / d statistic.
template <class Executor, class Objective, class Problem, class Parts>
class row_formulas {
  using T = typename Problem::number;
  using Loss = typename Problem::loss_type;
  using Saved = saved_rows<Loss, T>;
  using traits = loss_traits<Loss>;
  using states_type = typename Problem::row_states;
  static constexpr int count = Problem::count, terms = term_count<Loss>;
  static constexpr int first_statistic = traits::scope == each::positive ? 1 : 0;
  static constexpr bool of_batch = traits::scope == each::batch, of_pairs = traits::scope == each::positive;
  static constexpr bool keeps_answers = traits::scope == each::anchor;  // a formula an anchor: evaluated once
  using total = row_total<T, terms>;
  using answer = decltype(evaluate_formula<Loss, T>(std::declval<const Loss&>(), static_cast<const T*>(nullptr), T()));

 public:
  row_formulas(const Executor& executor, const Objective& objective, const Problem& problem, const Parts& parts,
               const states_type& states, Saved& saved)
      : executor_(executor), objective_(objective), p_(problem), parts_(parts), states_(states), saved_(saved) {}

  loss_result<T> run(const row_words& words, double share) {
    const auto rows = states_.size();
    saved_.reading.assign(rows, {});
    saved_.adjoint.assign(rows * std::size_t{count}, T(0));
    saved_.counts.assign(rows, 0);
    index_t complete = 0;
    parts_.refuse_together([&] { complete = mark_counting(words, objective_, p_, states_, saved_.counts); });
    saved_.used = saved_.counts;
    read_rows();
    const scratch<total> totals = evaluate();
    check_visible(words, totals);

    loss_sums<T, terms> sums = sums_of_rows(p_, totals, saved_.counts);
    sums.anchors_used = complete;
    add_up(parts_, sums);
    wide_t<T> factor[static_cast<unsigned>(terms)];
    const T value = value_of_sums<Loss, T>(policy_of(objective_), sums, share, factor);
    differentiate(factor);
    return {value, sums.anchors_used};
  }

 private:
  /// Reads every anchor's statistics; with a formula for the batch, those of all anchors that count, merged.
  void read_rows() {
    state_of<Problem> batch{};
    if constexpr (of_batch) {
      for (std::size_t a = 0; a < states_.size(); ++a)
        if (saved_.counts[a]) batch.merge(p_.statistics, states_[a]);
      parts_.merge(batch);
    }
    for (std::size_t a = 0; a < states_.size(); ++a)
      saved_.reading[a] =
          (of_batch ? batch : states_[a]).read(p_.statistics, parts_.first_anchor + static_cast<index_t>(a));
    saved_.elsewhere.assign(0, {});
    if constexpr (traits::both_ends) parts_.share_readings(saved_.reading, saved_.elsewhere);
    first_ = 0;
    while (first_ < saved_.counts.size() && !saved_.counts[first_]) ++first_;
    speaks_ = of_batch && parts_.is_first(first_ < saved_.counts.size());
  }

  /// Each anchor's values and divisors; the batch's stand with the first anchor that counts.
  scratch<total> evaluate() {
    scratch<total> all(p_.memory, saved_.counts.size());
    if constexpr (keeps_answers) {
      answers_ = scratch<answer>::unset(p_.memory, all.size());
      for (std::size_t a = 0; a < all.size(); ++a) {
        if (!saved_.counts[a]) continue;
        const answer& kept = *new (answers_.data() + a) answer(formula_of_row(p_.rules(), saved_.reading[a]));
        all[a] = total_of_formula<T, terms>(kept, weight_of(a));
      }
    } else if constexpr (of_batch) {
      if (speaks_)
        all[first_] = total_of_formula<T, terms>(formula_of_row(p_.rules(), saved_.reading[first_]), weight_of(first_));
    } else {
      parts_.each_block([&](const auto& block) {
        const positives_of positives(block);
        for_each_row(executor_, static_cast<index_t>(all.size()), [&](index_t a, auto) {
          if (saved_.counts[static_cast<std::size_t>(a)])
            add_totals(block, positives, a, all[static_cast<std::size_t>(a)]);
        });
      });
    }
    return all;
  }
  template <class Block>
  void add_totals(const Block& block, const positives_of<Block>& positives, index_t a, total& of_row) const {
    ordered_sum<T> value[static_cast<unsigned>(terms)], divisor[static_cast<unsigned>(terms)];
    for_each_formula(block, positives, saved_.view(), a, [&](index_t, const answer& one) {
      for (int n = 0; n < terms; ++n) {
        value[n].add(one.of[n].value.value * weight_of(static_cast<std::size_t>(a)));
        divisor[n].add(one.of[n].divisor);
      }
    });
    for (int n = 0; n < terms; ++n) of_row.value[n] += value[n].value(), of_row.divisor[n] += divisor[n].value();
  }

  /// Refuses anchors, or a batch, whose value is the logarithm of an empty sum, or a difference of such.
  void check_visible(const row_words& words, const scratch<total>& totals) const {
    index_t doubtful = 0;
    for (std::size_t a = 0; a < totals.size(); ++a) doubtful += is_doubtful(totals, a) ? 1 : 0;
    parts_.add_up(&doubtful, 1);
    if (doubtful == 0) return;
    scratch<char> sees(p_.memory, totals.size(), 0);
    parts_.each_block([&](const auto& block) {
      for (std::size_t a = 0; a < totals.size(); ++a)
        if (saved_.counts[a] && (of_batch || is_doubtful(totals, a)) && !sees[a]) sees[a] = sees_any(block, a);
    });
    index_t seeing = 0;
    for (const char yes : sees) seeing += yes;
    parts_.add_up(&seeing, 1);
    parts_.refuse_together([&] {
      MIXCON_REQUIRE(!of_batch || seeing > 0, words.function, ": no ", words.row,
                     " sees a candidate: all are hidden or have weight 0 or a logit of -infinity, and the loss takes a "
                     "mean over pairs; expected at least one visible pair, so at least two rows");
      for (std::size_t a = 0; a < totals.size(); ++a)
        MIXCON_REQUIRE(of_batch || !is_doubtful(totals, a) || sees[a], words.function, ": ", words.row, " ",
                       static_cast<index_t>(a),
                       " sees no candidate: all are hidden or have weight 0 or a logit of -infinity, and the loss "
                       "takes the logarithm of their sum; expected at least one visible candidate");
    });
  }
  bool is_doubtful(const scratch<total>& totals, std::size_t a) const {
    for (const auto value : totals[a].value)
      if (saved_.counts[a] && (is_minus_infinity(value) || is_nan(value))) return true;
    return false;
  }
  /// Whether an anchor has a candidate of weight > 0 and of a logit above -infinity, or NaN, in a block of candidates.
  template <class Block>
  bool sees_any(const Block& block, std::size_t a) const {
    if (!Block::may_hide || !(states_[a].seen.visible > T(0))) return states_[a].seen.visible > T(0);
    bool any = false;
    const auto look = [&](const auto& v) { any = any || (v.pair.weight > T(0) && !is_minus_infinity(v.pair.x)); };
    visit_own(block, static_cast<index_t>(a), look);
    visit_shared(block, static_cast<index_t>(a), look);
    return any;
  }

  /// Fills what `saved` keeps of the derivatives; `factor` is d loss / d (a term's sum of values).
  void differentiate(const wide_t<T> (&factor)[static_cast<unsigned>(terms)]) {
    const auto rows = saved_.counts.size();
    scratch<T> by_scale(p_.memory, rows, T(0));
    const auto share_of = [&](std::size_t a, T* share) {
      for (int n = 0; n < terms; ++n) share[n] = static_cast<T>(factor[n]) * weight_of(a);
    };
    const auto add = [&](std::size_t a, const T* share, const answer& one) {
      add_formula_slopes<count, terms>(adjoint_of(a), first_statistic, share, one);
      for (int n = 0; n < terms; ++n) by_scale[a] += share[n] * one.of[n].value.partial[traits::inputs];
    };
    T share[static_cast<unsigned>(terms)];
    if constexpr (keeps_answers) {
      for (std::size_t a = 0; a < rows; ++a) {
        if (!saved_.counts[a]) continue;
        share_of(a, share);
        add(a, share, answers_[a]);
      }
    } else if constexpr (of_batch) {
      if (first_ < rows) {
        share_of(first_, share);
        add(first_, share, formula_of_row(p_.rules(), saved_.reading[first_]));
        if (!speaks_) by_scale[first_] = 0;
        for (std::size_t a = first_ + 1; a < rows; ++a)
          for (int k = 0; k < count && saved_.counts[a]; ++k) adjoint_of(a)[k] = adjoint_of(first_)[k];
      }
    } else {
      saved_.share.assign(rows * std::size_t{terms}, T(0));
      for (std::size_t a = 0; a < rows; ++a)
        if (saved_.counts[a]) share_of(a, saved_.share.data() + a * std::size_t{terms});
      parts_.each_block([&](const auto& block) {
        const positives_of positives(block);
        for_each_row(executor_, static_cast<index_t>(rows), [&](index_t row, auto) {
          const auto a = static_cast<std::size_t>(row);
          if (!saved_.counts[a]) return;
          for_each_formula(block, positives, saved_.view(), row, [&](index_t, const answer& one) {
            add(a, saved_.share.data() + a * std::size_t{terms}, one);
          });
        });
      });
    }
    if constexpr (traits::both_ends) add_other_ends();
    ordered_sum<T> sum;
    for (T x : by_scale) sum.add(x);
    saved_.scale_adjoint = static_cast<double>(sum.value());
  }

  /// Adds what formulas say of rows that are a positive's other end.
  void add_other_ends() {
    if constexpr (Parts::is_whole) {
      pull_other_ends();
    } else {
      scratch<T> by_candidate(p_.memory, static_cast<std::size_t>(parts_.all_candidates() * count), T(0));
      parts_.each_block([&](const auto& block) {
        const positives_of positives(block);
        for (std::size_t a = 0; a < saved_.counts.size(); ++a)
          if (saved_.counts[a])
            for_each_formula(
                block, positives, saved_.view(), static_cast<index_t>(a), [&](index_t candidate, const answer& one) {
                  add_formula_slopes<count, terms>(by_candidate.data() + candidate * count, first_statistic + count,
                                                   saved_.share.data() + a * std::size_t{terms}, one);
                });
      });
      parts_.add_to_owners(by_candidate, saved_.adjoint);
    }
    for (std::size_t a = 0; a < saved_.used.size(); ++a)
      for (int k = 0; k < count; ++k)
        if (adjoint_of(a)[k] != T(0)) saved_.used[a] = 1;
  }
  /// Each row adds up what the formulas of its anchors say of it, so that no two tasks write to one row.
  void pull_other_ends() {
    const positives_of positives(p_);
    for_each_row(executor_, static_cast<index_t>(saved_.counts.size()), [&](index_t row, auto) {
      positives.of_candidate(row, [&](index_t a) {
        if (saved_.counts[static_cast<std::size_t>(a)])
          add_formula_slopes<count, terms>(adjoint_of(static_cast<std::size_t>(row)), first_statistic + count,
                                           saved_.share.data() + a * terms,
                                           formula_at(p_, saved_.view(), a, row, shared_pair_at(p_, a, row).x));
      });
    });
  }

  T weight_of(std::size_t a) const { return static_cast<T>(weight_of_row(objective_, static_cast<index_t>(a))); }
  T* adjoint_of(std::size_t a) { return saved_.adjoint.data() + a * std::size_t{count}; }

  const Executor& executor_;
  const Objective& objective_;
  const Problem& p_;
  const Parts& parts_;
  const states_type& states_;
  Saved& saved_;
  scratch<answer> answers_;  // (N), where they are kept
  std::size_t first_ = 0;    // the first anchor that counts
  bool speaks_ = false;      // of a formula for the batch: this part's value is the batch's
};

/// Turns gathered states into the loss's value and into what `backward` needs. `share` multiplies both: the weight of
/// this direction. `parts` is where other parts of a divided call enter.
template <class Executor, class Objective, class Problem, class Parts>
auto loss_of_states(const Executor& executor, const row_words& words, const Objective& objective,
                    const Problem& problem, const Parts& parts, const typename Problem::row_states& states,
                    double share, saved_rows<typename Problem::loss_type, typename Problem::number>& saved) {
  return row_formulas<Executor, Objective, Problem, Parts>(executor, objective, problem, parts, states, saved)
      .run(words, share);
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
