// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/bridge/classifier_loss.hpp>
#include <mixcon/engine/given_logits.hpp>
#include <mixcon/mix/pair_targets.hpp>

#include <cmath>
#include <vector>

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

/// log sum e^x over all classes but one (-1: over all); adds `weight` times its slopes. On V.
template <class V, class Wide = scalar_of<V>>
Wide log_sum_without(const std::vector<Wide>& given, index_t hidden, Wide weight, std::vector<Wide>& slope) {
  const auto classes = static_cast<index_t>(given.size());
  std::vector<Wide> x = given;
  if (hidden >= 0) x[static_cast<std::size_t>(hidden)] = minus_infinity<Wide>();
  Wide top = minus_infinity<Wide>(), sum = 0;
  for (const Wide entry : x)
    if (!(entry <= top)) top = entry;
  if (top == minus_infinity<Wide>()) top = 0;
  for_each_part<V>(classes, [&](auto kind, index_t c) {
    using U = decltype(kind);
    const U e = exp_of(load_as<U>(x.data() + c) - U(top));
    store_as<U>(x.data() + c, e);
    sum += sum_of_lanes(e);
  });
  for (index_t c = 0; c < classes; ++c)
    if (c != hidden) slope[static_cast<std::size_t>(c)] += weight * (x[static_cast<std::size_t>(c)] / sum);
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
        const wide lambda = static_cast<wide>(targets.lambda[at]);
        for (wide& s : slope) s = 0;
        const auto term = [&](wide weight, index_t label, index_t hidden) {
          const wide value =
              weight * (detail::log_sum_without<vector>(x, hidden, weight, slope) - x[static_cast<std::size_t>(label)]);
          slope[static_cast<std::size_t>(label)] -= weight;
          return value;
        };
        if (own == partner) return term(1, own, -1);
        return term(lambda, own, -1) + term(1 - lambda, partner, -1) +
               term(static_cast<wide>(loss.own_weight), own, partner) +
               term(static_cast<wide>(loss.partner_weight), partner, own);
      });
}

}  // namespace mixcon
