// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Where a loss's formula is evaluated: once an anchor, once for the batch, or once a positive pair.

#include <mixcon/core/number/lane_loops.hpp>
#include <mixcon/engine/call/one_row.hpp>
#include <mixcon/engine/call/pair_visit.hpp>
#include <mixcon/engine/call/positives.hpp>
#include <mixcon/engine/saved.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// The formula at a positive of anchor a; `candidate` as pairs number it, own ones first.
template <class Problem, class Saved, class T = typename Problem::number>
auto formula_at(const Problem& p, const Saved& saved, index_t a, [[maybe_unused]] index_t candidate, T logit) {
  const typename Problem::readings* other = nullptr;
  if constexpr (loss_traits<typename Problem::loss_type>::both_ends) other = saved.at_other_end + candidate;
  return formula_at_positive(p.rules(), saved.reading[static_cast<std::size_t>(a)], other, logit);
}

/// The pair of an anchor with a shared candidate.
template <class Problem>
auto shared_pair_at(const Problem& p, index_t a, index_t c) {
  return p.shared_pair(a, c, similarity_of(p, a, p.candidates, c).value);
}

/// Calls visit(candidate, answer) for every formula of an anchor that counts, in the order of its candidates; these are
/// of no meaning where the formula is not of a pair.
template <class Problem, class Saved, class Visit>
void for_each_formula(const Problem& p, const positives_of<Problem>& positives, const Saved& saved, index_t a,
                      Visit&& visit) {
  if constexpr (loss_traits<typename Problem::loss_type>::scope != each::positive) {
    visit(index_t{0}, formula_of_row(p.rules(), saved.reading[static_cast<std::size_t>(a)]));
  } else {
    visit_own(p, a, [&](const auto& own) {
      if (own.pair.positive) visit(own.pair.candidate, formula_at(p, saved, a, own.pair.candidate, own.pair.x));
    });
    positives.of_anchor(a, [&](index_t c) {
      const auto pair = shared_pair_at(p, a, c);
      visit(pair.candidate, formula_at(p, saved, a, pair.candidate, pair.x));
    });
  }
}

/// d loss / d logit of a pair: through the statistics of its anchor, and where the formula reads the logit itself.
template <class U, class Problem, class Saved, class Readings>
MIXCON_IN_LOOPS U gradient_by_logit(const Problem& p, const Saved& saved, const Readings& reading, index_t a,
                                    const logit_pair<U>& pair) {
  using Loss = typename Problem::loss_type;
  const U by_row = p.template logit_gradient<U>(reading, saved.adjoint + a * Problem::count, pair);
  if constexpr (loss_traits<Loss>::scope != each::positive) {
    return by_row;
  } else {
    using T = typename Problem::number;
    constexpr int terms = term_count<Loss>;
    if (!saved.counts[static_cast<std::size_t>(a)]) return by_row;
    return by_row + each_lane<U>([&](int k) {
             T sum = 0;
             if (!answer_of(pair.positive, k)) return sum;
             const auto answer = formula_at(p, saved, a, pair.candidate + k, lane(pair.x, k));
             for (int n = 0; n < terms; ++n)
               sum += saved.share[static_cast<std::size_t>(a * terms + n)] * answer.of[n].value.partial[0];
             return sum;
           });
  }
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
