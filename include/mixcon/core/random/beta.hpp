// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Draws from the Beta distribution, with the same bits on every machine.

#include <mixcon/core/number/not_finite.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/random/gamma.hpp>
#include <mixcon/core/random/uniform.hpp>
#include <mixcon/core/require.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Beta(a, b) in [0, 1]: X / (X + Y) of two Gamma draws, in logarithms, so that any a and b are right; a = b = 1 is
/// uniform. Small parameters give exact 0 and 1. Refuses an a or b that is not finite and > 0.
template <RandomBits S>
double beta(S& stream, double a, double b) {
  MIXCON_REQUIRE(detail::positive_and_finite(a) && detail::positive_and_finite(b), "beta: the parameters are ", a,
                 " and ", b,
                 "; both must be finite and > 0. To switch mixing off, use lambda = 1 instead of alpha = 0.");
  if (a == 1 && b == 1) return uniform(stream);
  const double log_x = detail::logarithm_of_gamma(stream, a), log_y = detail::logarithm_of_gamma(stream, b);
  // both logarithms are of draws that even a logarithm is too coarse for
  if (is_minus_infinity(log_x) && is_minus_infinity(log_y)) return uniform(stream) < a / (a + b) ? 1 : 0;
  return 1 / (1 + portable::exp(log_y - log_x));
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
