// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Draws from the Gamma distribution and their logarithms, with the same bits on every machine.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/random/normal.hpp>
#include <mixcon/core/random/uniform.hpp>
#include <mixcon/core/require.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

inline bool positive_and_finite(double number) { return number > 0 && number < __builtin_huge_val(); }

/// Logarithm of a Gamma(shape, 1) draw, shape > 0: see log_gamma_draw.
template <RandomBits S>
MIXCON_HD double logarithm_of_gamma(S& stream, double shape) {
  double boost = 0;  // log(U^(1 / shape)) leads from shape + 1 to shape
  if (shape < 1) {
    boost = portable::log(1 - uniform(stream)) / shape;
    shape += 1;
  }
  const double d = shape - 1.0 / 3, spread = 3 * portable::sqrt(d);
  for (;;) {
    const double x = normal(stream), root = 1 + x / spread, u = uniform(stream);
    if (!(root > 0)) continue;
    const double log_root = portable::log(root), log_cube = log_root + log_root + log_root;
    const double square = x * x, cube = portable::product(root * root, root);
    // the first test implies the second, without its logarithm, for more than nine draws of ten
    if (u > 0.0331 * square * square || portable::log(1 - u) - square / 2 <= d * (1 - cube + log_cube))
      return portable::log(d) + log_cube + boost;
  }
}

}  // namespace detail

/// Logarithm of a Gamma draw, for shapes whose draws are too small for a double: at shape 1e-3 half of them are below
/// 1e-300. Refuses a shape that is not finite and > 0. Source: Marsaglia and Tsang 2000, doi:10.1145/358407.358414;
/// below shape 1 the draw for shape + 1 times U^(1 / shape).
template <RandomBits S>
double log_gamma_draw(S& stream, double shape) {
  MIXCON_REQUIRE(detail::positive_and_finite(shape), "gamma: the shape is ", shape, "; it must be finite and > 0.");
  return detail::logarithm_of_gamma(stream, shape);
}

/// Gamma with that shape and scale 1; 0 where the draw is too small for a double. Refuses a shape that is not finite
/// and > 0.
template <RandomBits S>
double gamma(S& stream, double shape) {
  return portable::exp(log_gamma_draw(stream, shape));
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
