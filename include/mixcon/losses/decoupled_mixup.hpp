// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Decoupled mixup: cross entropy of a mixed batch, with a term for each class that ignores the other one.

#include <mixcon/contrast/doors.hpp>
#include <mixcon/core/number/soft.hpp>
#include <mixcon/engine/given_logits.hpp>
#include <mixcon/engine/paired/classifier_rows.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>

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
/// the same has plain cross entropy. A class of logit -infinity does not compete; where its label counts, the loss is
/// infinite. The published code skips the further terms at lambda 0.5 and exchanges the weights in about half of the
/// batches; here they belong to the own and the partner's class. A sample with one ignored label has plain cross
/// entropy of the other, times that one's share; with two, it is left out, of the mean too. Liu et al. 2022,
/// arXiv:2203.10761.
struct decoupled_mixup {
  double own_weight = 0.1, partner_weight = 0.1;  // eta, finite

  void(check)() const {
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

/// weight (log-sum - x), the cross entropy of a class: infinite at a logit of -infinity, 0 where it does not count.
template <class Wide>
Wide weighted_surprise(Wide weight, Wide log_sum, Wide x) {
  if (weight == 0) return 0;
  return weight * (is_minus_infinity(x) ? -x : log_sum - x);
}
/// e^(x - log-sum), which is 0 at -infinity.
template <class Wide>
Wide share_of_sum(Wide x, Wide log_sum) {
  return is_minus_infinity(x) ? Wide(0) : exp_of(x - log_sum);
}

}  // namespace detail

namespace detail {
template <>
inline constexpr bool has_own_call<decoupled_mixup> = true;
template <>
struct own_call<decoupled_mixup> {
  template <bool Fits>
  static constexpr void refuse() {
    static_assert(Fits,
                  "mixcon: decoupled_mixup is called as value_and_grad(engine, decoupled_mixup{}, "
                  "pair_targets_of(...), given_logits{outputs}, {.logits = gradient}): matrices (N, C), the gradient "
                  "one that can be written to, of the type logits are computed in");
  }
};
}  // namespace detail

/// The loss of classifier outputs, `given_logits{l}` (N, K), and its gradient `.logits` (N, K) where wanted: sets it.
/// Labels are classes in [0, K), or ignored. O(N K) time, O(N + K) memory a thread; an executor of any kind.
template <detail::Engine Executor, class E>
auto value_and_grad(const Executor& executor, const decoupled_mixup& loss, const pair_targets& targets,
                    const given_logits<E>& outputs, const gradients<accumulate_t<E>>& wanted) {
  using T = accumulate_t<E>;
  using wide = detail::wide_t<T>;
  const matrix_view<const E>& logits = outputs.values;
  const matrix_view<T>& gradient = wanted.logits;
  (loss.check)();
  detail::check_classifier_call("decoupled_mixup", logits, gradient);
  const index_t classes = logits.extent(1);
  MIXCON_REQUIRE(targets.samples() == logits.extent(0), "decoupled_mixup: targets of ", targets.samples(),
                 " samples for logits ", logits.extents(), "; expected one each");
  detail::marked_rows skipped;
  for (index_t i = 0; i < targets.samples(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (!targets.has_label(i)) skipped.mark(i, targets.samples());
    for (const index_t label : {targets.own[at], targets.partner[at]})
      MIXCON_REQUIRE((label >= 0 && label < classes) || targets.ignored(label), "decoupled_mixup: a label of sample ",
                     i, " is ", label, " for ", classes, " classes; expected an index from 0 to ", classes - 1);
    MIXCON_REQUIRE(targets.lambda[at] >= 0 && targets.lambda[at] <= 1, "decoupled_mixup: lambda ", i, " is ",
                   targets.lambda[at], "; expected a number in [0, 1]");
  }
  return detail::mean_over_rows<wide, wide>(
      executor, logits, gradient, skipped, [&](const auto& kind, index_t i, const wide* x, std::vector<wide>& slope) {
        using vector = std::remove_cvref_t<decltype(kind)>;
        const auto at = static_cast<std::size_t>(i);
        const bool has_own = !targets.ignored(targets.own[at]), has_partner = !targets.ignored(targets.partner[at]);
        const index_t own = has_own ? targets.own[at] : targets.partner[at];
        const index_t partner = has_partner ? targets.partner[at] : own;
        const auto of_own = static_cast<std::size_t>(own), of_partner = static_cast<std::size_t>(partner);
        const wide lambda = static_cast<wide>(targets.lambda[at]), x_own = x[of_own], x_partner = x[of_partner];
        // the other classes compete in every term, so their sum is formed once
        slope.assign(x, x + classes);
        slope[of_own] = slope[of_partner] = minus_infinity<wide>();
        const wide others = detail::log_sum_and_shares<vector>(slope);
        const wide without_partner = log_add_exp(others, x_own);
        using detail::share_of_sum, detail::weighted_surprise;
        if (own == partner) {
          const wide mass = has_own && has_partner ? 1 : has_own ? lambda : 1 - lambda;
          for (wide& s : slope) s *= mass * share_of_sum(others, without_partner);
          slope[of_own] = mass * (share_of_sum(x_own, without_partner) - 1);
          return weighted_surprise(mass, without_partner, x_own);
        }
        const auto eta = static_cast<wide>(loss.own_weight), partner_eta = static_cast<wide>(loss.partner_weight);
        const wide without_own = log_add_exp(others, x_partner), all = log_add_exp(without_partner, x_partner);
        const wide pulled = share_of_sum(others, all) + eta * share_of_sum(others, without_partner) +
                            partner_eta * share_of_sum(others, without_own);
        for (wide& s : slope) s *= pulled;
        slope[of_own] = share_of_sum(x_own, all) - lambda + eta * (share_of_sum(x_own, without_partner) - 1);
        slope[of_partner] =
            share_of_sum(x_partner, all) - (1 - lambda) + partner_eta * (share_of_sum(x_partner, without_own) - 1);
        return weighted_surprise(lambda, all, x_own) + weighted_surprise(1 - lambda, all, x_partner) +
               weighted_surprise(eta, without_partner, x_own) + weighted_surprise(partner_eta, without_own, x_partner);
      });
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
