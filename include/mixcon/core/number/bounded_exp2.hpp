// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Powers of two on vector lanes where the exponent is known to be in range: no comparisons, and the factor is free.

#include <mixcon/core/number/lanes.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {

/// 2^(x times - shift) in float, `shift` being an integer of size below 2^20 and the exponent at most 126: at most 2
/// units in the last place beyond what the product's own rounding costs, where the exponent is above -125; about 2^-125
/// where it is below. The integer nearest to the exponent goes to the bits; 2^r, |r| <= 1/2, is a polynomial (minimax
/// in relative error, 2e-9 before its coefficients are rounded).
template <int W>
MIXCON_HD inline lanes<float, W> bounded_exp2_of(const lanes<float, W>& x, const lanes<float, W>& times,
                                                 const lanes<float, W>& shift) {
  using number = lanes<float, W>;
  typedef std::uint32_t bits __attribute__((vector_size(4U * static_cast<unsigned>(W))));
  const number magic = number(12582912.0F) - shift, least(12582912.0F - 125.0F);
  const number shifted(x.v * times.v + magic.v);
  const typename number::vector n = shifted.v - magic.v, r = x.v * times.v - n;
  typename number::vector p = r * number(1.534581201e-4F).v + number(1.339993122e-3F).v;
  p = p * r + number(9.618488957e-3F).v;
  p = p * r + number(5.550328777e-2F).v;
  p = p * r + number(2.402264689e-1F).v;
  p = p * r + number(6.931472057e-1F).v;
  p = p * r + number(1.0F).v;
  const number integer = choose(shifted > least, shifted, least);
  const bits scaled = __builtin_bit_cast(bits, p) + (__builtin_bit_cast(bits, integer.v) << 23);
  return {__builtin_bit_cast(typename number::vector, scaled)};
}
/// The same in double, for exponents from -1021 to 1022; about 2^-1021 below.
template <int W>
MIXCON_HD inline lanes<double, W> bounded_exp2_of(const lanes<double, W>& x, const lanes<double, W>& times,
                                                  const lanes<double, W>& shift) {
  using number = lanes<double, W>;
  typedef std::uint64_t bits __attribute__((vector_size(8U * static_cast<unsigned>(W))));
  const number magic = number(6755399441055744.0) - shift, least(6755399441055744.0 - 1021.0);
  const number shifted(x.v * times.v + magic.v);
  const typename number::vector n = shifted.v - magic.v;
  const typename number::vector r = (x.v * times.v - n) * number(0.69314718055994530942).v;
  typename number::vector p = r * number(1.0 / 6227020800.0).v + number(1.0 / 479001600.0).v;  // e^r by Taylor
  constexpr double one_over_factorial[] = {
      1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0, 1.0 / 5040.0,
      1.0 / 720.0,      1.0 / 120.0,     1.0 / 24.0,     1.0 / 6.0,     0.5};
  MIXCON_UNROLL
  for (int k = 0; k < 10; ++k) p = p * r + number(one_over_factorial[k]).v;
  p = p * (r * r) + r + number(1.0).v;
  const number integer = choose(shifted > least, shifted, least);
  const bits scaled = __builtin_bit_cast(bits, p) + (__builtin_bit_cast(bits, integer.v) << 52);
  return {__builtin_bit_cast(typename number::vector, scaled)};
}

}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
