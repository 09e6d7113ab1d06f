// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `gated` wraps a policy that mixes a batch with some probability and leaves it alone otherwise.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/partners.hpp>
#include <mixcon/mix/plan.hpp>

#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

inline void require_probability(const char* policy, double probability) {
  MIXCON_REQUIRE(probability >= 0 && probability <= 1, policy, ": the probability is ", probability,
                 "; expected a number in [0, 1].");
}
/// Whether something that happens with that probability happens.
template <Draws D>
bool happens(const D& draws, field f, index_t i, double probability) {
  return draws.uniform(f, i, 0, 1) < probability;
}

}  // namespace detail

/// A policy that mixes a batch with that probability and leaves it alone otherwise; the gate is drawn first.
template <class Policy>
struct gated {
  Policy policy{};
  double probability = 0.5;  ///< in [0, 1]

  template <class Shape, Draws D, class... LookedAt>
  auto plan(const Shape& shape, const D& draws, const LookedAt&... looked_at) const {
    detail::require_probability("gated", probability);
    auto planned = policy.plan(shape, draws, looked_at...);
    if (detail::happens(draws.within(Policy::name), "gate", 0, probability)) return planned;
    using region = std::remove_cvref_t<decltype(planned.region)>;
    return mix_plan<region>{detail::counted(planned.samples()), {1.0}, region::none()};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
