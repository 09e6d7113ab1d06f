// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/aligned.hpp>
#include <mixcon/mix/draws.hpp>
#include <mixcon/mix/lambda.hpp>
#include <mixcon/mix/pairing.hpp>
#include <mixcon/mix/sinkhorn.hpp>

#include <vector>

namespace mixcon {

/// AlignMixup: feature maps are mixed after their tokens were matched by optimal transport, so that what is blended
/// shows the same part of both objects. Features (N, C, H, W), or (N, C, p), are the second argument of `plan`; they
/// decide the assignment, which is then a constant. Keeps N p^2 numbers; more than 4096 tokens are refused.
/// Venkataramanan et al. 2021, arXiv:2103.15375.
template <LambdaSampler Lambda = beta_lambda, class Pairing = pairing::random_permutation>
struct alignmix {
  static constexpr field name = "alignmix";
  Lambda lambda{};
  Pairing pairing{};
  sinkhorn_rule transport{};

  template <class Features, Draws D, class... LookedAt>
  mix_plan<aligned> plan(const Features& features, const D& draws, const LookedAt&... looked_at) const {
    const auto maps = view(features);
    constexpr int rank = decltype(maps)::rank;
    static_assert(rank >= 3, "mixcon: alignmix looks at feature maps (N, C, H, W) or tokens (N, C, p)");
    mix_plan<aligned> plan;
    const auto& own = draws.within(name);
    plan.partner = detail::partners_by("alignmix", pairing, maps.extent(0), own, looked_at...);
    plan.lambda = {is_off(lambda) ? 1.0 : lambda(own, 0)};
    plan.region.moves_own = own.integer("direction", 0, 0, 2) == 1;
    for (int axis = 2; axis < rank; ++axis)
      plan.region.tokens = (axis == 2 ? 1 : plan.region.tokens) * maps.extent(axis);
    plan.region.assignment = matched(maps, plan.partner).assignment;
    return plan;
  }

  /// The assignment of each sample's tokens to those of its partner.
  template <class T, int Rank>
  sinkhorn_plan matched(const tensor_view<T, Rank>& maps, const std::vector<index_t>& partner) const {
    index_t tokens = 1;
    for (int axis = 2; axis < Rank; ++axis) tokens *= maps.extent(axis);
    MIXCON_REQUIRE(tokens >= 1 && tokens <= 4096, "alignmix: feature maps of ", tokens,
                   " tokens; expected 1 to 4096, as the assignment has their square. Mix at a deeper layer.");
    MIXCON_REQUIRE(transport.regularisation > 0 && transport.max_iterations >= 1 && transport.threshold >= 0,
                   "alignmix: the transport has regularisation ", transport.regularisation, ", max_iterations ",
                   transport.max_iterations, " and threshold ", transport.threshold,
                   "; expected > 0, at least 1, and at least 0.");
    const index_t samples = static_cast<index_t>(partner.size());
    std::vector<double> cost;
    cost.reserve(static_cast<std::size_t>(samples * tokens * tokens));
    for (index_t n = 0; n < samples; ++n) {
      const auto a = detail::sample_of(maps, n), b = detail::sample_of(maps, partner[static_cast<std::size_t>(n)]);
      for (index_t i = 0; i < tokens; ++i)
        for (index_t j = 0; j < tokens; ++j) cost.push_back(squared_distance(a, i, b, j));
    }
    return sinkhorn(cost, samples, tokens, transport);
  }

 private:
  template <class T, int Inner>
  static double squared_distance(const tensor_view<T, Inner>& a, index_t i, const tensor_view<T, Inner>& b, index_t j) {
    double sum = 0;
    for (index_t channel = 0; channel < a.extent(0); ++channel) {
      const double apart =
          static_cast<double>(detail::token_of(a, channel, i)) - static_cast<double>(detail::token_of(b, channel, j));
      sum += portable::product(apart, apart);
    }
    return sum;
  }
};

}  // namespace mixcon
