// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/engine/ordered_sum.hpp>
#include <mixcon/engine/problem.hpp>
#include <mixcon/engine/result.hpp>

namespace mixcon::detail {

/// How refusals name a row: the public call, and "anchor" or, where the columns' softmax is taken, "candidate".
struct row_words {
  const char* function;
  const char* row;
};

/// Which anchors count, by the objective's policy; refuses where the policy is to refuse.
template <class Objective, class Problem, class T>
index_t mark_used(const row_words& words, const Objective& objective, const std::vector<row_state<Problem, T>>& states,
                  std::vector<char>& used) {
  using traits = loss_traits<decltype(objective.loss)>;
  index_t anchors_used = 0;
  for (std::size_t a = 0; a < states.size(); ++a) {
    // NaN never reaches these: they are sums of 0 and 1
    const bool positive = states[a].seen.positives > T(0), negative = states[a].seen.negatives > T(0);
    MIXCON_REQUIRE(positive || objective.without_positive != no_positive::error, words.function, ": ", words.row, " ",
                   static_cast<index_t>(a),
                   " has no positive and the objective's policy is no_positive::error; add a view or a sample of its "
                   "class, or choose no_positive::zero or ::skip");
    const bool needs_it = traits::needs_positive || objective.without_positive == no_positive::skip;
    const bool dropped = objective.reduce == reduction::weighted && objective.weights[static_cast<index_t>(a)] == 0;
    used[a] = !dropped && (positive || !needs_it) && (negative || !traits::needs_negative);
    if (positive && (negative || !traits::needs_negative)) ++anchors_used;
  }
  return anchors_used;
}

/// The formula, anchor by anchor: turns gathered states into the loss's value and into d loss / d statistic.
/// `share` multiplies both: the weight of this direction.
template <class Objective, class Problem, class T, class Saved>
loss_result<T> finish(const row_words& words, const Objective& objective, const Problem& problem,
                      const std::vector<row_state<Problem, T>>& states, double share, Saved& saved) {
  using Loss = std::remove_cvref_t<decltype(objective.loss)>;
  constexpr int count = Problem::count, number_of_terms = term_count<Loss>;
  const std::size_t anchors = states.size();
  saved.reading.assign(anchors, {});
  saved.adjoint.assign(anchors * static_cast<std::size_t>(count), T(0));
  saved.used.assign(anchors, 0);
  const index_t anchors_used = mark_used(words, objective, states, saved.used);

  auto formula_at = [&](std::size_t a) {
    T values[static_cast<unsigned>(count > 0 ? count : 1)];
    for_each_position<count>(
        [&](auto k) { values[decltype(k)::value] = get<decltype(k)::value>(saved.reading[a]).value; });
    return evaluate_formula<Loss, T>(objective.loss, values, problem.scale);
  };
  auto weight_of = [&](std::size_t a) {
    return objective.reduce == reduction::weighted ? static_cast<T>(objective.weights[static_cast<index_t>(a)]) : T(1);
  };

  ordered_sum<T> sum[static_cast<unsigned>(number_of_terms)], divisor[static_cast<unsigned>(number_of_terms)];
  index_t counted = 0;
  for (std::size_t a = 0; a < anchors; ++a) {
    for_each_position<count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      get<at>(saved.reading[a]) = read(get<at>(problem.statistics), get<at>(states[a].of), static_cast<index_t>(a));
    });
    if (!saved.used[a]) continue;
    ++counted;
    const auto answer = formula_at(a);
    for (unsigned n = 0; n < number_of_terms; ++n) {
      MIXCON_REQUIRE(states[a].seen.visible > T(0) || answer.of[n].value.value != minus_infinity<T>(), words.function,
                     ": ", words.row, " ", static_cast<index_t>(a),
                     " sees no candidate: all are hidden or have weight 0, and the loss takes the logarithm of their "
                     "sum; expected at least one visible candidate");
      sum[n].add(answer.of[n].value.value * weight_of(a));
      divisor[n].add(answer.of[n].divisor);
    }
  }

  wide_t<T> factor[static_cast<unsigned>(number_of_terms)];
  ordered_sum<wide_t<T>> value;
  for (unsigned n = 0; n < number_of_terms; ++n) {
    wide_t<T> by = divisor[n].value();
    if (loss_traits<Loss>::one_number) {
      if (objective.reduce != reduction::mean)
        by = 1;
      else
        by = static_cast<wide_t<T>>(objective.without_positive == no_positive::skip ? counted
                                                                                    : static_cast<index_t>(anchors));
    }
    factor[n] = by == 0 ? 0 : static_cast<wide_t<T>>(share) / by;
    value.add(factor[n] == 0 ? 0 : sum[n].value() * factor[n]);
  }

  ordered_sum<T> scale_adjoint;
  for (std::size_t a = 0; a < anchors; ++a) {
    if (!saved.used[a]) continue;
    const auto answer = formula_at(a);
    for (unsigned n = 0; n < number_of_terms; ++n) {
      const T by = static_cast<T>(factor[n]) * weight_of(a);
      for (int k = 0; k < count; ++k)
        saved.adjoint[a * static_cast<std::size_t>(count) + static_cast<std::size_t>(k)] +=
            by * answer.of[n].value.partial[k];
      scale_adjoint.add(by * answer.of[n].value.partial[count]);
    }
  }
  saved.scale_adjoint = static_cast<double>(scale_adjoint.value());
  return {static_cast<T>(value.value()), anchors_used};
}

}  // namespace mixcon::detail
