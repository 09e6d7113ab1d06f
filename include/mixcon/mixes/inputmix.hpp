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
    mix_plan<multi_lerp> made;
    plan_again(made, samples, draws);
    return made;
  }
  template <Draws D>
  mix_plan<multi_lerp> plan(const image_shape& shape, const D& draws) const {
    return plan(shape.samples, draws);
  }
  /// The same into a plan of before: nothing is allocated for a batch of the same size.
  template <Draws D>
  void plan_again(mix_plan<multi_lerp>& plan, index_t samples, const D& draws) const {
    plan.lambda.resize(0);  // `blend` refuses what a refusal leaves
    MIXCON_REQUIRE(partners >= 1, "inputmix: partners is ", partners, "; expected at least one.");
    std::vector<std::vector<index_t>>& more = plan.region.more_partners;
    std::vector<double>& weights = plan.region.weights;
    if (alpha == 0) {
      detail::plan_unmixed("inputmix", samples, plan);
      more.resize(0), weights.assign({1, 0});
      return;
    }
    const auto& own = draws.within(name);
    detail::draw_partners("inputmix", pairing::random_permutation{}, samples, own, plan.partner);
    more.resize(static_cast<std::size_t>(partners) - 1);
    for (std::size_t a = 0; a < more.size(); ++a) {
      more[a].resize(plan.partner.size());
      own.permutation(field("partner").on_try(static_cast<index_t>(a) + 1), view(more[a]));
    }
    const index_t width = partners + 1;
    weights.resize(static_cast<std::size_t>(samples * width));
    for (index_t i = 0; i < samples; ++i) {
      const vector_view<double> row(weights.data() + i * width, {width});
      if (partners == 1) {
        row[0] = folded<>{{.alpha = alpha}}(own, i);
        row[1] = 1 - row[0];
      } else {
        dirichlet_weights{.concentration = alpha, .floor = floor}(own, i, row);
      }
    }
    plan.lambda.assign(1, 1.0);
  }
  template <Draws D>
  void plan_again(mix_plan<multi_lerp>& plan, const image_shape& shape, const D& draws) const {
    plan_again(plan, shape.samples, draws);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
