// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// AlignMixup: mixes feature maps after matching their tokens by optimal transport.

#include <mixcon/core/number/unfused.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/transported_tokens.hpp>
#include <mixcon/mix/solve/map_unit.hpp>
#include <mixcon/mix/solve/sinkhorn.hpp>

#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// A sample's feature maps as channels of tokens, (C, p).
template <class T, int Rank>
void tokens_of(const tensor_view<T, Rank>& maps, index_t sample, std::vector<double>& to) {
  const auto of = sample_of(maps, sample);
  index_t tokens = 1;
  for (int axis = 1; axis < Rank - 1; ++axis) tokens *= of.extent(axis);
  (to.clear)();
  for (index_t c = 0; c < of.extent(0); ++c)
    for (index_t i = 0; i < tokens; ++i) to.push_back(static_cast<double>(token_of(of, c, i)));
}

/// A block of cost (p, p), |a_i - b_j|^2 of tokens with C features, a and b (C, p): sums are kept in registers.
template <unsigned Rows, unsigned Columns>
MIXCON_NO_FUSED_SUMS inline void squared_distances(const double* a, const double* b, index_t channels, index_t tokens,
                                                   double* cost) {
  const portable::rounded_product times;
  double sum[Rows][Columns] = {};
  for (index_t c = 0; c < channels; ++c)
    for (unsigned i = 0; i < Rows; ++i)
      for (unsigned j = 0; j < Columns; ++j) {
        const double apart = a[c * tokens + i] - b[c * tokens + j];
        sum[i][j] += times(apart, apart);
      }
  for (unsigned i = 0; i < Rows; ++i)
    for (unsigned j = 0; j < Columns; ++j) cost[i * tokens + j] = sum[i][j];
}
/// All of them.
inline void squared_distances(const double* a, const double* b, index_t channels, index_t tokens, double* cost) {
  constexpr index_t rows = 2, columns = 8;
  for (index_t i = 0; i < tokens; i += i + rows <= tokens ? rows : 1)
    for (index_t j = 0; j < tokens; j += j + columns <= tokens ? columns : 1) {
      double* const to = cost + i * tokens + j;
      const bool two = i + rows <= tokens, many = j + columns <= tokens;
      if (two && many) squared_distances<rows, columns>(a + i, b + j, channels, tokens, to);
      if (two && !many) squared_distances<rows, 1>(a + i, b + j, channels, tokens, to);
      if (!two && many) squared_distances<1, columns>(a + i, b + j, channels, tokens, to);
      if (!two && !many) squared_distances<1, 1>(a + i, b + j, channels, tokens, to);
    }
}

}  // namespace detail

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
  mix_plan<transported_tokens> plan(const Features& features, const D& draws, const LookedAt&... looked_at) const {
    const auto maps = view(features);
    constexpr int rank = decltype(maps)::rank;
    static_assert(rank >= 3, "mixcon: alignmix looks at feature maps (N, C, H, W) or tokens (N, C, p)");
    mix_plan<transported_tokens> plan;
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
    std::vector<double> cost(static_cast<std::size_t>(samples * tokens * tokens)), own, other;
    for (index_t n = 0; n < samples; ++n) {
      detail::tokens_of(maps, n, own);
      detail::tokens_of(maps, partner[static_cast<std::size_t>(n)], other);
      detail::squared_distances(own.data(), other.data(), maps.extent(1), tokens, cost.data() + n * tokens * tokens);
      for (index_t k = n * tokens * tokens; k < (n + 1) * tokens * tokens; ++k)
        MIXCON_REQUIRE(detail::is_finite_number(cost[static_cast<std::size_t>(k)]),
                       "alignmix: the squared distance between a token of sample ", n, " and one of its partner is ",
                       cost[static_cast<std::size_t>(k)], "; expected features that are finite and below 1e150.");
    }
    return sinkhorn(cost, samples, tokens, transport);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
