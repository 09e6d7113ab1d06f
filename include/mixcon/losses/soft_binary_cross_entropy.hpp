// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Binary cross entropy of classifier outputs against soft labels, each class by itself.

#include <mixcon/contrast/doors.hpp>
#include <mixcon/engine/given_logits.hpp>
#include <mixcon/engine/paired/classifier_rows.hpp>

#include <cmath>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Every class is a yes-or-no question of its own, answered by soft labels t in [0, 1]:
///
///   loss = mean_i sum_c w_ic (log(1 + e^l_ic) - t_ic l_ic),   w_ic = absent_weight where t_ic = 0, else 1
///
/// The sum over classes is not divided by their number. A logit of -infinity is a sure no: 0 where t = 0, else the loss
/// is infinite. Used with mixed labels by Beyer et al. 2020, arXiv:2006.07159,
/// and timm; `absent_weight` < 1 is OpenMixup's neg_weight.
struct soft_binary_cross_entropy {
  double absent_weight = 1;       // >= 0
  bool skips_unlabelled = false;  // rows whose soft labels are all 0 (of samples without a label) leave the mean

  void(check)() const {
    MIXCON_REQUIRE(absent_weight >= 0 && absent_weight - absent_weight == 0,
                   "soft_binary_cross_entropy: absent_weight is ", absent_weight, "; expected a finite number >= 0");
  }
};

namespace detail {
template <>
inline constexpr bool has_own_call<soft_binary_cross_entropy> = true;
template <>
struct own_call<soft_binary_cross_entropy> {
  template <bool Fits>
  static constexpr void refuse() {
    static_assert(Fits,
                  "mixcon: soft_binary_cross_entropy is called as value_and_grad(engine, soft_binary_cross_entropy{}, "
                  "targets, given_logits{outputs}, {.logits = gradient}): matrices (N, C), the gradient one that can "
                  "be written to, of the type logits are computed in");
  }
};
}  // namespace detail

/// The loss of classifier outputs, `given_logits{l}` (N, K), for soft labels (N, K), and its gradient `.logits` where
/// wanted: sets it. O(N K); an executor of any kind.
template <detail::Engine Executor, Viewable<2> Targets, class E>
auto value_and_grad(const Executor& executor, const soft_binary_cross_entropy& loss, const Targets& soft,
                    const given_logits<E>& outputs, const gradients<accumulate_t<E>>& wanted) {
  using T = accumulate_t<E>;
  using wide = detail::wide_t<T>;
  const matrix_view<const E>& logits = outputs.values;
  const matrix_view<T>& gradient = wanted.logits;
  const matrix_view<const std::remove_const_t<element_t<const Targets>>> targets = mixcon::view<2>(soft);
  (loss.check)();
  detail::check_classifier_call("soft_binary_cross_entropy", logits, gradient);
  MIXCON_REQUIRE(targets.extents() == logits.extents(), "soft_binary_cross_entropy: soft labels are ",
                 targets.extents(), " for logits ", logits.extents(), "; expected the same shape");
  const auto is_share = [&](index_t i, index_t c) { return targets(i, c) >= 0 && targets(i, c) <= 1; };
  detail::marked_rows skipped;
  for (index_t i = 0; i < targets.extent(0); ++i) {
    index_t wrong = 0, present = 0;
    for (index_t c = 0; c < targets.extent(1); ++c) wrong += is_share(i, c) ? 0 : 1;
    for (index_t c = 0; loss.skips_unlabelled && c < targets.extent(1); ++c) present += targets(i, c) != 0 ? 1 : 0;
    if (loss.skips_unlabelled && present == 0) skipped.mark(i, targets.extent(0));
    for (index_t c = 0; wrong > 0 && c < targets.extent(1); ++c)
      MIXCON_REQUIRE(is_share(i, c), "soft_binary_cross_entropy: soft label (", i, ", ", c, ") is ",
                     static_cast<double>(targets(i, c)), "; expected a number in [0, 1]");
  }
  const auto absent = static_cast<wide>(loss.absent_weight);
  return detail::mean_over_rows<wide>(
      executor, logits, gradient, skipped,
      [&](const auto& how, index_t i, const std::vector<wide>& row, std::vector<wide>& slope) {
        wide sum = 0;
        using vector = typename std::decay_t<decltype(how)>::template vector<wide>;
        detail::for_each_part<vector>(static_cast<index_t>(row.size()), [&](auto kind, index_t c) {
          using U = decltype(kind);
          const U x = detail::load_as<U>(row.data() + c), target = detail::entries_on<U>(targets, i, c);
          const U weight = choose(target == U(0), U(absent), U(1)), faded = exp_of(choose(x > U(0), -x, x));
          const U yes = choose(x > U(0), U(1), faded) / (U(1) + faded);
          const U below = choose(target == U(0), U(0), -x * target);  // also at a logit of -infinity
          const U lack = choose(x > U(0), x * (U(1) - target), below) + log1p_of(faded);
          sum += detail::sum_of_lanes(choose(weight == U(0) && x - x == U(0), U(0), weight * lack));
          detail::store_as<U>(slope.data() + c, weight * (yes - target));
        });
        return sum;
      });
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
