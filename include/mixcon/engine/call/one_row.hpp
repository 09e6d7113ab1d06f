// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What is said of one row once its statistics are known: whether it counts, its formula, and the slopes of the loss.
// Plain functions that kernels call too; the loops around them are the engine's (loss_of_states.hpp) or a kernel's.

#include <mixcon/contrast/objective.hpp>
#include <mixcon/core/number/ordered_sum.hpp>
#include <mixcon/engine/call/pair_rules.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// An objective's policies, as kernels carry them.
struct row_policy {
  no_positive without_positive = no_positive::zero;
  reduction reduce = reduction::mean;
};

/// What becomes of a row.
struct row_use {
  bool has_positive = false;
  bool counts = false;    // its formula is evaluated
  bool complete = false;  // it has the positives, and the negatives, that the loss needs: one of `anchors_used`
};
template <class Loss, class T>
MIXCON_HD row_use use_of_row(const row_policy& policy, const presence::state<T>& seen, double weight) {
  using traits = loss_traits<Loss>;
  // NaN never reaches these: they are sums of 0 and 1
  const bool positive = seen.positives > T(0), negative = seen.negatives > T(0);
  const bool needs_it = traits::needs_positive || policy.without_positive == no_positive::skip;
  const bool dropped = policy.reduce == reduction::weighted && weight == 0;
  const bool repelled = negative || !traits::needs_negative;
  return {positive, !dropped && (positive || !needs_it) && repelled, positive && repelled};
}

/// The formula of an anchor's row, with its derivatives.
template <class Rules>
MIXCON_HD auto formula_of_row(const Rules& rules, const typename Rules::readings& reading) {
  using T = typename Rules::number;
  T inputs[static_cast<unsigned>(Rules::count > 0 ? Rules::count : 1)];
  for_each_position<Rules::count>([&](auto k) { inputs[decltype(k)::value] = get<decltype(k)::value>(reading).value; });
  return evaluate_formula<typename Rules::loss_type, T>(rules.loss, inputs, rules.scale);
}

/// The formula at one positive: its logit, the readings of its anchor, and those of its other end where it sees both.
template <class Rules, class T = typename Rules::number>
MIXCON_HD auto formula_at_positive(const Rules& rules, const typename Rules::readings& reading,
                                   [[maybe_unused]] const typename Rules::readings* other, T logit) {
  using traits = loss_traits<typename Rules::loss_type>;
  T inputs[static_cast<unsigned>(traits::inputs)];
  inputs[0] = logit;
  for_each_position<Rules::count>([&](auto position) {
    constexpr int k = decltype(position)::value;
    inputs[1 + k] = get<k>(reading).value;
    if constexpr (traits::both_ends) inputs[1 + Rules::count + k] = get<k>(*other).value;
  });
  return evaluate_formula<typename Rules::loss_type, T>(rules.loss, inputs, rules.scale);
}

/// What the formulas of one anchor come to, term by term.
template <class T, int Terms>
struct row_total {
  wide_t<T> value[static_cast<unsigned>(Terms)]{}, divisor[static_cast<unsigned>(Terms)]{};
};
template <class T, int Terms, class Answer>
MIXCON_HD row_total<T, Terms> total_of_formula(const Answer& answer, T weight) {
  row_total<T, Terms> total;
  for (int n = 0; n < Terms; ++n) {
    total.value[n] = static_cast<wide_t<T>>(answer.of[n].value.value * weight);
    total.divisor[n] = static_cast<wide_t<T>>(answer.of[n].divisor);
  }
  return total;
}

/// Adds share times a formula's slopes by the statistics, which begin at its input `first`; share is one for each term.
template <int Count, int Terms, class T, class Answer>
MIXCON_HD void add_formula_slopes(T* adjoint, int first, const T* share, const Answer& answer) {
  for (int n = 0; n < Terms; ++n)
    for (int k = 0; k < Count; ++k) adjoint[k] += share[n] * answer.of[n].value.partial[first + k];
}

/// What all anchors come to, term by term. `rows`: those that the targets do not skip.
template <class T, int Terms>
struct loss_sums {
  wide_t<T> value[static_cast<unsigned>(Terms)]{}, divisor[static_cast<unsigned>(Terms)]{};
  index_t counted = 0, rows = 0, anchors_used = 0;
};
/// d loss / d (a term's sum of values); `share` is the weight of this direction.
template <class Loss, class T>
MIXCON_HD wide_t<T> factor_of_term(const row_policy& policy, wide_t<T> divisor, index_t counted, index_t rows,
                                   double share) {
  using traits = loss_traits<Loss>;
  const bool is_mean = policy.reduce == reduction::mean;
  if (traits::one_number && !is_mean) divisor = 1;
  if (traits::one_number && traits::scope == each::anchor && is_mean)
    divisor = static_cast<wide_t<T>>(policy.without_positive == no_positive::skip ? counted : rows);
  return divisor == 0 ? 0 : static_cast<wide_t<T>>(share) / divisor;
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
