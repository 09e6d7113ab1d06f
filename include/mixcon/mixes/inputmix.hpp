// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// InputMix: mixes a few other samples into each as noise on the input; labels stay.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/multi_lerp.hpp>
#include <mixcon/mix/plan.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// InputMix: each sample is mixed with a few others, as noise on the input; labels stay. With one partner by a folded
/// Beta, with more by Dirichlet weights of which the own one is at least `floor`. Any rank; both views are mixed as one
/// batch of 2 N. Lee et al. 2021 (i-Mix), arXiv:2010.08887.
struct inputmix {
  static constexpr field name = "inputmix";
  index_t partners = 1;  ///< >= 1
  double alpha = 1;      ///< of Beta(alpha, alpha) or of the Dirichlet; 0 means off: everybody stays as they are
  double floor = 0.5;    ///< least own weight with more than one partner, in [0, 1]

  template <Draws D>
  mix_plan<multi_lerp> plan(index_t samples, const D& draws) const {
    MIXCON_REQUIRE(partners >= 1, "inputmix: partners is ", partners, "; expected at least one.");
    if (alpha == 0) return {detail::unmixed("inputmix", samples), {1.0}, multi_lerp::none()};
    const auto& own = draws.within(name);
    mix_plan<multi_lerp> plan;
    plan.lambda = {1.0};
    plan.partner = detail::partners_by("inputmix", pairing::random_permutation{}, samples, own);
    for (index_t a = 1; a < partners; ++a) {
      std::vector<index_t> list(plan.partner.size());
      own.permutation(field("partner").on_try(a), view(list));
      plan.region.more_partners.push_back((std::move)(list));
    }
    std::vector<double> weights(static_cast<std::size_t>(partners) + 1);
    for (index_t i = 0; i < samples; ++i) {
      if (partners == 1) {
        weights[0] = folded<>{{.alpha = alpha}}(own, i);
        weights[1] = 1 - weights[0];
      } else {
        dirichlet_weights{.concentration = alpha, .floor = floor}(own, i, view(weights));
      }
      plan.region.weights.insert(plan.region.weights.end(), weights.begin(), weights.end());
    }
    return plan;
  }
  template <Draws D>
  mix_plan<multi_lerp> plan(const image_shape& shape, const D& draws) const {
    return plan(shape.samples, draws);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
