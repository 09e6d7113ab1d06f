// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// AugMix: mixes each sample with augmented copies of itself; labels stay.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/multi_lerp.hpp>
#include <mixcon/mix/plan.hpp>

#include <cstddef>
#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// AugMix, the combination of a sample with k augmented copies of itself: (1 - m) * own + m * sum over k of w_k * copy
/// k, w ~ Dirichlet(alpha, ..., alpha), m ~ Beta(alpha, alpha), drawn for each sample; labels stay. The copies (k N,
/// ...), first chain first, are the caller's and the partner batch of `blend`; `depth` draws how many operations a
/// chain has. With normalisation: combine after normalising. Hendrycks et al. 2019, arXiv:1912.02781.
struct augmix {
  static constexpr field name = "augmix";
  index_t chains = 3;     ///< k >= 1
  index_t max_depth = 3;  ///< operations a chain, 1 .. max_depth
  double alpha = 1;       ///< > 0

  template <Draws D>
  mix_plan<multi_lerp> plan(index_t samples, const D& draws) const {
    MIXCON_REQUIRE(chains >= 1, "augmix: chains is ", chains, "; expected at least one.");
    MIXCON_REQUIRE(alpha > 0 && alpha < __builtin_huge_val(), "augmix: alpha is ", alpha,
                   "; it must be finite and > 0.");
    detail::require_batch("augmix", samples);
    const auto& own = draws.within(name);
    mix_plan<multi_lerp> plan;
    plan.lambda = {1.0};
    plan.region.more_partners.resize(static_cast<std::size_t>(chains - 1));
    std::vector<double> weights(static_cast<std::size_t>(chains));
    for (index_t i = 0; i < samples; ++i) {
      plan.partner.push_back(i);
      for (index_t k = 1; k < chains; ++k)
        plan.region.more_partners[static_cast<std::size_t>(k - 1)].push_back(k * samples + i);
      own.dirichlet("weights", i, vector_view<const double>{&alpha, {chains}, {0}}, view(weights));
      const double augmented = own.beta("augmented_share", i, alpha, alpha);
      plan.region.weights.push_back(1 - augmented);
      for (const double weight : weights) plan.region.weights.push_back(portable::product(augmented, weight));
    }
    return plan;
  }
  template <Draws D>
  mix_plan<multi_lerp> plan(const image_shape& shape, const D& draws) const {
    return plan(shape.samples, draws);
  }

  /// How many operations chain k of a sample applies, 1 .. max_depth.
  template <Draws D>
  index_t depth(index_t sample, index_t chain, const D& draws) const {
    MIXCON_REQUIRE(max_depth >= 1, "augmix: max_depth is ", max_depth, "; expected at least one.");
    return draws.within(name).integer(field("depth").on_try(chain), sample, 1, max_depth + 1);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
