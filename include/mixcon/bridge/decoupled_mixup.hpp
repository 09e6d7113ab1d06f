// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/bridge/classifier_loss.hpp>
#include <mixcon/core/soft.hpp>
#include <mixcon/engine/given_logits.hpp>
#include <mixcon/mix/pair_targets.hpp>

#include <cmath>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Decoupled mixup: the cross entropy of a mixed batch, and for each of the two classes a term that does not let the
/// other one compete, so that both can be recognised with confidence.
///
///   loss = mean_i [ CE(lambda e_a + (1 - lambda) e_b) + own_weight CE_without_b(a) + partner_weight CE_without_a(b) ]
///
/// CE_without_b(a) is the cross entropy of class a under the softmax over all classes but b. A sample whose classes are
/// the same has plain cross entropy. The published code skips the further terms at lambda 0.5 and exchanges the weights
/// in about half of the batches; here they belong to the own and the partner's class. Liu et al. 2022,
/// arXiv:2203.10761.
struct decoupled_mixup {
  double own_weight = 0.1, partner_weight = 0.1;  // eta, finite

  void check() const {
    MIXCON_REQUIRE(own_weight - own_weight == 0 && partner_weight - partner_weight == 0,
                   "decoupled_mixup: the weights are ", own_weight, " and ", partner_weight,
                   "; expected finite numbers, as 0.1");
  }
};

namespace detail {

/// log sum e^x over `entries`, some of which may be -infinity, and leaves their shares of the sum in their place: 0
/// where there is no entry. On V.
template <class V, class Wide = scalar_of<V>>
Wide log_sum_and_shares(std::vector<Wide>& entries) {
  const auto count = static_cast<index_t>(entries.size());
  Wide* const x = entries.data();
  Wide top = minus_infinity<Wide>(), sum = 0;
  for (const Wide entry : entries)
    if (!(entry <= top) && !is_nan(top)) top = entry;  // NaN stays
  if (is_minus_infinity(top)) {
    for (Wide& entry : entries) entry = 0;
    return top;
  }
  for_each_part<V>(count, [&](auto kind, index_t c) {
    using U = decltype(kind);
    const U e = exp_of(load_as<U>(x + c) - U(top));
    store_as<U>(x + c, e);
    sum += sum_of_lanes(e);
  });
  const Wide share = 1 / sum;
  for (Wide& entry : entries) entry *= share;
  return top + std::log(sum);
}

}  // namespace detail

/// The loss of classifier outputs, `given_logits{l}` (N, K), and its gradient `.logits` (N, K) where wanted: sets it.
/// Labels are classes in [0, K). O(N K) time, O(N + K) memory a thread; an executor of any kind.
template <class Executor, class E>
auto value_and_grad(const Executor& executor, const decoupled_mixup& loss, const pair_targets& targets,
                    const given_logits<E>& outputs, const gradients<accumulate_t<E>>& wanted) {
  using T = accumulate_t<E>;
  using wide = detail::wide_t<T>;
  const matrix_view<const E>& logits = outputs.values;
  const matrix_view<T>& gradient = wanted.logits;
  loss.check();
  detail::check_classifier_call("decoupled_mixup", logits, gradient);
  const index_t classes = logits.extent(1);
  MIXCON_REQUIRE(targets.samples() == logits.extent(0), "decoupled_mixup: targets of ", targets.samples(),
                 " samples for logits ", logits.extents(), "; expected one each");
  for (index_t i = 0; i < targets.samples(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    for (const index_t label : {targets.own[at], targets.partner[at]})
      MIXCON_REQUIRE(label >= 0 && label < classes, "decoupled_mixup: a label of sample ", i, " is ", label, " for ",
                     classes, " classes; expected an index from 0 to ", classes - 1);
    MIXCON_REQUIRE(targets.lambda[at] >= 0 && targets.lambda[at] <= 1, "decoupled_mixup: lambda ", i, " is ",
                   targets.lambda[at], "; expected a number in [0, 1]");
  }
  return detail::mean_over_rows<wide>(
      executor, logits, gradient,
      [&](const auto& how, index_t i, const std::vector<wide>& x, std::vector<wide>& slope) {
        using vector = typename std::decay_t<decltype(how)>::template vector<wide>;
        const auto at = static_cast<std::size_t>(i);
        const index_t own = targets.own[at], partner = targets.partner[at];
        const auto of_own = static_cast<std::size_t>(own), of_partner = static_cast<std::size_t>(partner);
        const wide lambda = static_cast<wide>(targets.lambda[at]), x_own = x[of_own], x_partner = x[of_partner];
        // the other classes compete in every term, so their sum is formed once
        slope = x;
        slope[of_own] = slope[of_partner] = minus_infinity<wide>();
        const wide others = detail::log_sum_and_shares<vector>(slope);
        const wide without_partner = log_add_exp(others, x_own);
        if (own == partner) {
          for (wide& s : slope) s *= exp_of(others - without_partner);
          slope[of_own] = exp_of(x_own - without_partner) - 1;
          return without_partner - x_own;
        }
        const auto eta = static_cast<wide>(loss.own_weight), partner_eta = static_cast<wide>(loss.partner_weight);
        const wide without_own = log_add_exp(others, x_partner), all = log_add_exp(without_partner, x_partner);
        const wide pulled =
            exp_of(others - all) + eta * exp_of(others - without_partner) + partner_eta * exp_of(others - without_own);
        for (wide& s : slope) s *= pulled;
        slope[of_own] = exp_of(x_own - all) - lambda + eta * (exp_of(x_own - without_partner) - 1);
        slope[of_partner] =
            exp_of(x_partner - all) - (1 - lambda) + partner_eta * (exp_of(x_partner - without_own) - 1);
        return lambda * (all - x_own) + (1 - lambda) * (all - x_partner) + eta * (without_partner - x_own) +
               partner_eta * (without_own - x_partner);
      });
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
