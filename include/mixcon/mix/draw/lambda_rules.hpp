// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Functions that change a drawn lambda: folding, rescaling, two-hot adjustment, a floor for the own weight.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/not_finite.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_view.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

inline void require_share(const char* function, double lambda) {
  MIXCON_REQUIRE(lambda >= 0 && lambda <= 1, function, ": lambda is ", lambda,
                 "; it is the share that the own sample keeps and must be in [0, 1].");
}

}  // namespace detail

/// max(lambda, 1 - lambda): the own sample keeps the larger share, so that a virtual label stays meaningful.
/// lambda in [0, 1] -> [1/2, 1]. Lee et al. 2021 (i-Mix), arXiv:2010.08887.
inline double fold_max(double lambda) {
  detail::require_share("fold_max", lambda);
  return lambda < 1 - lambda ? 1 - lambda : lambda;
}

/// Pulls lambda toward 1/2 and keeps 0, 1/2 and 1 exactly:
///   (4/3 lambda^3 - 2 lambda^2 + k' lambda) / (k' - 2/3),  k' = k + 1
/// computed as lambda + 4 / (3 k + 1) * lambda (lambda - 1/2) (lambda - 1). k = 0 is flattest near 1/2, a large k
/// changes nothing, k < 0 means off. Li et al. 2021 (SAMix), arXiv:2111.15454.
inline double rescale_poly(double lambda, double k) {
  detail::require_share("rescale_poly", lambda);
  MIXCON_REQUIRE(!is_nan(k), "rescale_poly: k is NaN; it must be a number, where k < 0 means off.");
  if (k < 0) return lambda;
  const double cubic = lambda * (lambda - 0.5) * (lambda - 1);
  return lambda + 4 * cubic / (portable::product(3, k) + 1);
}

enum class two_hot_curve { power, exponential };

/// How much of a label a multi-label target shows at that lambda: 1 from `threshold` on, and below it
///   power:        (lambda / threshold)^|index|
///   exponential:  (s^(2 lambda - 2 threshold) - b) / (1 - b),  s = |index|, b = s^(-2 threshold)
/// lambda in [0, 1] -> [0, 1]; threshold in (0, 1]. The exponential curve refuses |index| 0 and 1, where it is 0 / 0.
/// Source: mixing rules of OpenMixup, arXiv:2209.04851.
inline double two_hot_adjust(double lambda, two_hot_curve curve, double threshold, double index) {
  detail::require_share("two_hot_adjust", lambda);
  MIXCON_REQUIRE(threshold > 0 && threshold <= 1, "two_hot_adjust: the threshold is ", threshold,
                 "; it is the lambda from which a label counts fully and must be in (0, 1].");
  const double size = index < 0 ? -index : index;
  MIXCON_REQUIRE(size < __builtin_huge_val(), "two_hot_adjust: the index is ", index, "; it must be finite.");
  MIXCON_REQUIRE(curve == two_hot_curve::power || (size != 0 && size != 1), "two_hot_adjust: the index is ", index,
                 "; the exponential curve is 0 / 0 where |index| is 0 or 1. Use two_hot_curve::power there.");
  if (lambda >= threshold) return 1;
  if (curve == two_hot_curve::power) {
    if (size == 0) return 1;
    if (lambda == 0) return 0;
    return portable::exp(size * portable::log(lambda / threshold));
  }
  const double rate = 2 * portable::log(size);
  const double least = portable::exp(-rate * threshold);
  return (portable::exp(rate * (lambda - threshold)) - least) / (1 - least);
}

/// Leaves the own sample at least the share `floor` of (A + 1) weights that sum to 1: w <- (1 - floor) w, then
/// w_0 += floor. Lee et al. 2021 (InputMix), arXiv:2010.08887.
inline void raise_own_weight(vector_view<double> weights, double floor) {
  detail::require_share("raise_own_weight", floor);
  MIXCON_REQUIRE(weights.extent(0) >= 1,
                 "raise_own_weight: there are no weights; expected the own one and one a partner.");
  for (index_t k = 0; k < weights.extent(0); ++k) weights[k] = portable::product(1 - floor, weights[k]);
  weights[0] += floor;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
