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

/// Refuses a row of soft labels that are no shares.
template <class E>
void check_shares(const char* loss, const matrix_view<E>& targets, index_t row) {
  using number = std::remove_const_t<E>;
  const index_t classes = targets.extent(1);
  bool right = true;
  if constexpr (std::is_same_v<number, float> || std::is_same_v<number, double>)
    if (targets.stride(1) == 1) {
      for_set_in_use([&](auto set) {
        right = vectors::all_right<decltype(set)>(&targets(row, 0), classes, [](const auto& x) {
          using U = std::remove_cvref_t<decltype(x)>;
          return x >= U(0) && x <= U(1);
        });
      });
      if (right) return;
    }
  for (index_t c = 0; c < classes; ++c)
    MIXCON_REQUIRE(targets(row, c) >= 0 && targets(row, c) <= 1, loss, ": soft label (", row, ", ", c, ") is ",
                   static_cast<double>(targets(row, c)), "; expected a number in [0, 1]");
}
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
  detail::marked_rows skipped;
  for (index_t i = 0; i < targets.extent(0); ++i) {
    detail::check_shares("soft_binary_cross_entropy", targets, i);
    index_t present = 0;
    for (index_t c = 0; loss.skips_unlabelled && c < targets.extent(1); ++c) present += targets(i, c) != 0 ? 1 : 0;
    if (loss.skips_unlabelled && present == 0) skipped.mark(i, targets.extent(0));
  }
  return detail::mean_over_rows<wide, T>(
      executor, logits, gradient, skipped, [&](const auto& kind, index_t i, const auto* row, auto& slope) {
        using vector = std::remove_cvref_t<decltype(kind)>;
        using number = scalar_of<vector>;
        const auto absent = static_cast<number>(loss.absent_weight);
        wide sum = 0;
        const auto term = [&](auto part, index_t c) {
          using U = decltype(part);
          const U x = detail::load_as<U>(row + c), target = detail::entries_on<U>(targets, i, c);
          const U weight = choose(target == U(0), U(absent), U(1)), faded = exp_of(choose(x > U(0), -x, x));
          const U yes = choose(x > U(0), U(1), faded) / (U(1) + faded);
          const U below = choose(target == U(0), U(0), -x * target);  // also at a logit of -infinity
          const U lack = choose(x > U(0), x * (U(1) - target), below) + log1p_of(faded);
          detail::store_as<U>(slope.data() + c, weight * (yes - target));
          return choose(weight == U(0) && x - x == U(0), U(0), weight * lack);
        };
        constexpr index_t width = lane_count<vector>(), strip = 32 * width;  // few terms are added in a narrow type
        const index_t classes = logits.extent(1), whole = classes / width * width;
        for (index_t first = 0; first < whole; first += strip) {
          vector part(0);
          for (index_t c = first; c < whole && c < first + strip; c += width) part += term(vector(), c);
          for (int k = 0; k < lane_count<vector>(); ++k) sum += static_cast<wide>(lane(part, k));
        }
        if constexpr (width > 1) {  // the rest, in small vectors, the last of which overlaps the one before
          using few = lanes<number, 4>;
          for (index_t c = whole; c < classes && classes >= 4; c += 4) {
            const index_t at = c + 4 <= classes ? c : classes - 4;
            const few rest = term(few(), at);
            for (int k = static_cast<int>(c - at); k < 4; ++k) sum += static_cast<wide>(rest[k]);
          }
          if (classes >= 4) return sum;
        }
        for (index_t c = whole; c < classes; ++c) sum += static_cast<wide>(term(number(), c));
        return sum;
      });
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
