// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Powers of two on vector lanes where the exponent is known to be in range: no comparisons, and the factor is free.

#include <mixcon/core/number/lanes.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {

/// 2^(x times) in float, at most 2 units in the last place beyond what the product's own rounding costs, where that is
/// in [-125, 125]; anything elsewhere. The integer nearest to the exponent goes to the bits; 2^r, |r| <= 1/2, is a
/// polynomial (minimax in relative error, 2e-9 before its coefficients are rounded).
template <int W>
MIXCON_HD inline lanes<float, W> bounded_exp2_of(const lanes<float, W>& x, const lanes<float, W>& times) {
  using number = lanes<float, W>;
  typedef std::uint32_t bits __attribute__((vector_size(4U * static_cast<unsigned>(W))));
  const number magic(12582912.0F);
  const typename number::vector shifted = x.v * times.v + magic.v, n = shifted - magic.v, r = x.v * times.v - n;
  typename number::vector p = r * number(1.534581201e-4F).v + number(1.339993122e-3F).v;
  p = p * r + number(9.618488957e-3F).v;
  p = p * r + number(5.550328777e-2F).v;
  p = p * r + number(2.402264689e-1F).v;
  p = p * r + number(6.931472057e-1F).v;
  p = p * r + number(1.0F).v;
  const bits scaled = __builtin_bit_cast(bits, p) + (__builtin_bit_cast(bits, shifted) << 23);
  return {__builtin_bit_cast(typename number::vector, scaled)};
}
/// The same in double, for exponents in [-1020, 1020].
template <int W>
MIXCON_HD inline lanes<double, W> bounded_exp2_of(const lanes<double, W>& x, const lanes<double, W>& times) {
  using number = lanes<double, W>;
  typedef std::uint64_t bits __attribute__((vector_size(8U * static_cast<unsigned>(W))));
  const number magic(6755399441055744.0);
  const typename number::vector shifted = x.v * times.v + magic.v, n = shifted - magic.v;
  const typename number::vector r = (x.v * times.v - n) * number(0.69314718055994530942).v;
  typename number::vector p = r * number(1.0 / 6227020800.0).v + number(1.0 / 479001600.0).v;  // e^r by Taylor
  constexpr double one_over_factorial[] = {
      1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0, 1.0 / 5040.0,
      1.0 / 720.0,      1.0 / 120.0,     1.0 / 24.0,     1.0 / 6.0,     0.5};
  MIXCON_UNROLL
  for (int k = 0; k < 10; ++k) p = p * r + number(one_over_factorial[k]).v;
  p = p * (r * r) + r + number(1.0).v;
  const bits scaled = __builtin_bit_cast(bits, p) + (__builtin_bit_cast(bits, shifted) << 52);
  return {__builtin_bit_cast(typename number::vector, scaled)};
}

}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
