// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Draws from the Dirichlet distribution, with the same bits on every machine.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/not_finite.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/random/gamma.hpp>
#include <mixcon/core/random/uniform.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_view.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// An index, drawn with probability weight[k] / sum; the weights are > 0 and there is at least one.
template <RandomBits S>
MIXCON_HD constexpr index_t drawn_by_weight(S& stream, vector_view<const double> weight) {
  double sum = 0, reached = weight[0];
  for (index_t k = 0; k < weight.extent(0); ++k) sum += weight[k];
  const double aim = uniform(stream) * sum;
  index_t k = 0;
  while (aim >= reached && k + 1 < weight.extent(0)) reached += weight[++k];
  return k;
}

}  // namespace detail

/// Dirichlet: non-negative weights that sum to 1 (up to rounding), share k with mean concentration[k] / sum. (K) ->
/// (K), K >= 1. Refuses lengths that differ, and a concentration that is not finite and > 0.
template <RandomBits S>
void dirichlet(S& stream, vector_view<const double> concentration, vector_view<double> out) {
  const index_t n = concentration.extent(0);
  MIXCON_REQUIRE(n >= 1 && out.extent(0) == n, "dirichlet: ", n, " concentrations and room for ", out.extent(0),
                 " weights; expected one weight for each concentration, and at least one.");
  for (index_t k = 0; k < n; ++k)
    MIXCON_REQUIRE(detail::positive_and_finite(concentration[k]), "dirichlet: concentration ", k, " is ",
                   concentration[k], "; it must be finite and > 0. Leave out what must not take part.");

  double largest = -__builtin_huge_val(), sum = 0;
  for (index_t k = 0; k < n; ++k) {
    out[k] = detail::logarithm_of_gamma(stream, concentration[k]);
    if (out[k] > largest) largest = out[k];
  }
  if (is_minus_infinity(
          largest)) {  // all draws too small even for their logarithms: in that limit one share is everything
    const index_t whole = detail::drawn_by_weight(stream, concentration);
    for (index_t k = 0; k < n; ++k) out[k] = k == whole ? 1 : 0;
    return;
  }
  for (index_t k = 0; k < n; ++k) {
    out[k] = portable::exp(out[k] - largest);
    sum += out[k];
  }
  for (index_t k = 0; k < n; ++k) out[k] = out[k] / sum;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
