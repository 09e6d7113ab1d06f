// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Samplers of lambda, the share of its own label that a sample keeps: fixed, uniform, Beta, and rules around them.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/lambda_rules.hpp>

#include <concepts>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Draws the share of the own sample: `sampler(draws, i, attempt)` is in [0, 1]; a sampler that can switch mixing off
/// altogether has `off()`. The rules below wrap one sampler in another: `fold_max` of a `truncated` Beta is
/// `folded<truncated<beta_lambda>>`.
template <class L>
concept LambdaSampler = requires(const L& sampler, const philox_draws& draws, index_t i) {
  { sampler(draws, i) } -> std::same_as<double>;
};

/// The same lambda always. In [0, 1].
struct fixed_lambda {
  double value = 0.5;  ///< in [0, 1]
  template <Draws D>
  double operator()(const D& /*draws*/, index_t /*sample*/, index_t /*attempt*/ = 0) const {
    detail::require_share("fixed_lambda", value);
    return value;
  }
};

/// Uniform in [low, high), 0 <= low <= high <= 1.
struct uniform_lambda {
  double low = 0, high = 1;  ///< 0 <= low <= high <= 1
  template <Draws D>
  double operator()(const D& draws, index_t sample, index_t attempt = 0) const {
    MIXCON_REQUIRE(low >= 0 && low <= high && high <= 1, "uniform_lambda: the range is ", low, " to ", high,
                   "; expected 0 <= low <= high <= 1.");
    return low == high ? low : draws.uniform(field("lambda").on_try(attempt), sample, low, high);
  }
};

/// Beta(alpha, beta); both alpha unless said. alpha = 0 switches mixing off: every sample keeps itself.
/// Zhang et al. 2018, arXiv:1710.09412.
struct beta_lambda {
  double alpha = 1;     ///< >= 0; 0: off
  double beta = alpha;  ///< > 0
  bool off() const { return alpha == 0; }
  template <Draws D>
  double operator()(const D& draws, index_t sample, index_t attempt = 0) const {
    MIXCON_REQUIRE(alpha >= 0 && alpha < __builtin_huge_val(), "beta_lambda: alpha is ", alpha,
                   "; it must be finite and >= 0, where 0 means no mixing. Usual values are 0.2 to 1.");
    MIXCON_REQUIRE(off() || (beta > 0 && beta < __builtin_huge_val()), "beta_lambda: beta is ", beta,
                   "; it must be finite and > 0. Leave it out for Beta(alpha, alpha).");
    return off() ? 1 : draws.beta(field("lambda").on_try(attempt), sample, alpha, beta);
  }
};

/// Whether that sampler is switched off, so that a policy plans no mixing at all.
template <class Sampler>
bool is_off(const Sampler& sampler) {
  if constexpr (requires { sampler.off(); })
    return sampler.off();
  else if constexpr (requires { sampler.drawn; })
    return is_off(sampler.drawn);
  else
    return false;
}

/// The larger of lambda and 1 - lambda: see `fold_max`.
template <class Sampler = beta_lambda>
struct folded {
  Sampler drawn{};  ///< the lambda that this is made of
  template <Draws D>
  double operator()(const D& draws, index_t sample, index_t attempt = 0) const {
    return fold_max(drawn(draws, sample, attempt));
  }
};

/// Pulled toward 1/2: see `rescale_poly`.
template <class Sampler = beta_lambda>
struct rescaled {
  Sampler drawn{};  ///< the lambda that this is made of
  double k = -1;    ///< < 0: off
  template <Draws D>
  double operator()(const D& draws, index_t sample, index_t attempt = 0) const {
    return rescale_poly(drawn(draws, sample, attempt), k);
  }
};

/// Drawn again until inside [low, high], at most `max_tries` times; then the last one is clipped.
template <class Sampler = beta_lambda>
struct truncated {
  Sampler drawn{};           ///< the lambda that this is made of
  double low = 0, high = 1;  ///< 0 <= low <= high <= 1
  index_t max_tries = 100;   ///< >= 1
  template <Draws D>
  double operator()(const D& draws, index_t sample, index_t attempt = 0) const {
    MIXCON_REQUIRE(low >= 0 && low <= high && high <= 1 && max_tries >= 1, "truncated: the range is ", low, " to ",
                   high, " with ", max_tries, " tries; expected 0 <= low <= high <= 1 and at least one try.");
    double lambda = low;
    for (index_t k = 0; k < max_tries; ++k) {
      lambda = drawn(draws, sample, attempt * max_tries + k);
      if (lambda >= low && lambda <= high) return lambda;
    }
    return lambda < low ? low : high;
  }
};

/// Weights of a sample and its A partners, (A + 1) that sum to 1: Dirichlet with that concentration, in which the own
/// sample keeps at least `floor`. Lee et al. 2021 (InputMix), arXiv:2010.08887.
struct dirichlet_weights {
  double concentration = 1;  ///< > 0, the same for all
  double floor = 0.5;        ///< in [0, 1]
  template <Draws D>
  void operator()(const D& draws, index_t sample, vector_view<double> weights) const {
    const vector_view<const double> equal{&concentration, {weights.extent(0)}, {0}};  // one number, read A + 1 times
    draws.dirichlet("weights", sample, equal, weights);
    raise_own_weight(weights, floor);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
