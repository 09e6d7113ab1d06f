// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The exponential of many doubles at once, with the same bits on every machine.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/unfused.hpp>

#include <cstdint>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::portable {

/// Replaces `count` numbers x <= 700 by e^x, within 2 units in the last place; 0 below -708. NaN stays NaN. The same
/// bits everywhere, as those of `exp`, and several times as fast: a loop that compilers turn into vectors. x = n log 2
/// + r, |r| <= log(2) / 2, and e^r by its series up to r^13.
MIXCON_NO_FUSED_SUMS inline void exp_each(double* x, index_t count) {
  const rounded_product times;
  constexpr double shift = 6755399441055744.0;  // 1.5 * 2^52: a sum with it has the integer in its low bits
  constexpr std::int64_t shift_bits = 0x4338000000000000;
  for (index_t k = 0; k < count; ++k) {
    const double least = x[k] < -708 ? -708 : x[k];
    const double shifted = times(least, 1.4426950408889634) + shift, n = shifted - shift;
    const double r = (least - times(n, 6.93147180369123816490e-1)) - times(n, 1.90821492927058770002e-10);
    double p = 1.0 / 6227020800;
    p = times(p, r) + 1.0 / 479001600;
    p = times(p, r) + 1.0 / 39916800;
    p = times(p, r) + 1.0 / 3628800;
    p = times(p, r) + 1.0 / 362880;
    p = times(p, r) + 1.0 / 40320;
    p = times(p, r) + 1.0 / 5040;
    p = times(p, r) + 1.0 / 720;
    p = times(p, r) + 1.0 / 120;
    p = times(p, r) + 1.0 / 24;
    p = times(p, r) + 1.0 / 6;
    p = times(p, r) + 0.5;
    p = times(p, r * r) + r + 1.0;
    const std::int64_t power = __builtin_bit_cast(std::int64_t, shifted) - shift_bits + 1023;
    const double e = p * __builtin_bit_cast(double, power << 52);
    x[k] = x[k] < -708 ? 0 : e;
  }
}

}  // namespace mixcon::portable

MIXCON_STRICT_FLOATS_END
