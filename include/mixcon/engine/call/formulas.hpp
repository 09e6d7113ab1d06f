// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/number/lane_loops.hpp>
#include <mixcon/engine/call/pair_visit.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

// Where a loss's formula is evaluated: once an anchor, once for the batch, or once a positive pair.

/// The formula of an anchor's row.
template <class Problem, class Saved>
auto formula_of_row(const Problem& p, const Saved& saved, index_t a) {
  using T = typename Problem::number;
  T inputs[static_cast<unsigned>(Problem::count > 0 ? Problem::count : 1)];
  for_each_position<Problem::count>([&](auto k) {
    inputs[decltype(k)::value] = get<decltype(k)::value>(saved.reading[static_cast<std::size_t>(a)]).value;
  });
  return evaluate_formula<typename Problem::loss_type, T>(p.loss, inputs, p.scale);
}

/// The formula at one positive of an anchor; `candidate` as pairs number it, own ones first.
template <class Problem, class Saved, class T = typename Problem::number>
auto formula_at_positive(const Problem& p, const Saved& saved, index_t a, index_t candidate, T logit) {
  using traits = loss_traits<typename Problem::loss_type>;
  T inputs[static_cast<unsigned>(traits::inputs)];
  inputs[0] = logit;
  for_each_position<Problem::count>([&](auto position) {
    constexpr int k = decltype(position)::value;
    inputs[1 + k] = get<k>(saved.reading[static_cast<std::size_t>(a)]).value;
    if constexpr (traits::both_ends)
      inputs[1 + Problem::count + k] = get<k>(saved.reading[static_cast<std::size_t>(candidate)]).value;
  });
  return evaluate_formula<typename Problem::loss_type, T>(p.loss, inputs, p.scale);
}

/// The pair of an anchor with a shared candidate.
template <class Problem>
auto shared_pair_at(const Problem& p, index_t a, index_t c) {
  return p.shared_pair(a, c, similarity_of(p, a, p.candidates, c).value);
}
template <class Problem>
bool is_positive(const Problem& p, index_t a, index_t c) {
  return p.rule.template at<typename Problem::number>(a, c).positive;
}

/// Calls visit(answer) for every formula of an anchor that counts, in the order of its candidates.
template <class Problem, class Saved, class Visit>
void for_each_formula(const Problem& p, const Saved& saved, index_t a, Visit&& visit) {
  if constexpr (loss_traits<typename Problem::loss_type>::scope != each::positive) {
    visit(formula_of_row(p, saved, a));
  } else {
    auto at_positive = [&](const auto& pair) { visit(formula_at_positive(p, saved, a, pair.candidate, pair.x)); };
    visit_own(p, a, [&](const auto& own) {
      if (own.pair.positive) at_positive(own.pair);
    });
    for (index_t c = 0; c < p.candidates.count(); ++c)
      if (is_positive(p, a, c)) at_positive(shared_pair_at(p, a, c));
  }
}

/// Calls visit(anchor, answer) for every formula in which the row is a positive's other end, in the order of anchors.
template <class Problem, class Saved, class Visit>
void for_each_formula_at_other_end(const Problem& p, const Saved& saved, index_t row, Visit&& visit) {
  for (index_t a = 0; a < p.anchors.count(); ++a)
    if (saved.counts[static_cast<std::size_t>(a)] && is_positive(p, a, row))
      visit(a, formula_at_positive(p, saved, a, row, shared_pair_at(p, a, row).x));
}

/// d loss / d logit of a pair: through the statistics of its anchor, and where the formula reads the logit itself.
template <class U, class Problem, class Saved, class Readings>
U gradient_by_logit(const Problem& p, const Saved& saved, const Readings& reading, index_t a,
                    const logit_pair<U>& pair) {
  using Loss = typename Problem::loss_type;
  const U by_row = p.template logit_gradient<U>(reading, saved.adjoint.data() + a * Problem::count, pair);
  if constexpr (loss_traits<Loss>::scope != each::positive) {
    return by_row;
  } else {
    using T = typename Problem::number;
    constexpr int terms = term_count<Loss>;
    if (!saved.counts[static_cast<std::size_t>(a)]) return by_row;
    return by_row + each_lane<U>([&](int k) {
             T sum = 0;
             if (!answer_of(pair.positive, k)) return sum;
             const auto answer = formula_at_positive(p, saved, a, pair.candidate + k, lane(pair.x, k));
             for (int n = 0; n < terms; ++n)
               sum += saved.share[static_cast<std::size_t>(a * terms + n)] * answer.of[n].value.partial[0];
             return sum;
           });
  }
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
