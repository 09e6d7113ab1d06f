// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Mixup: every sample and its label become a mean of own and partner, weighted by lambda.

#include <mixcon/core/config.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/granularity.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/plan.hpp>

#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Mixup: every sample becomes lambda * own + (1 - lambda) * partner, its label likewise. Any rank and field: images,
/// signals, tables, hidden features. Zhang et al. 2018, arXiv:1710.09412.
///
/// i-Mix (Lee et al. 2021, arXiv:2010.08887) is `mixup<folded<>>{.per = granularity::sample}`. A pairing that looks at
/// labels or features gets them as further arguments of `plan`: `policy.plan(samples, draws, labels)`.
template <LambdaSampler Lambda = beta_lambda, class Pairing = pairing::random_permutation>
struct mixup {
  static constexpr field name = "mixup";
  Lambda lambda{};
  Pairing pairing{};
  granularity per = granularity::batch;

  template <Draws D, class... LookedAt>
  mix_plan<interpolated> plan(index_t samples, const D& draws, const LookedAt&... looked_at) const {
    mix_plan<interpolated> made;
    plan_again(made, samples, draws, looked_at...);
    return made;
  }
  template <Draws D, class... LookedAt>
  mix_plan<interpolated> plan(const image_shape& shape, const D& draws, const LookedAt&... looked_at) const {
    return plan(shape.samples, draws, looked_at...);
  }
  /// The same into a plan of before: nothing is allocated for a batch of the same size, but by a pairing that looks at
  /// something.
  template <Draws D, class... LookedAt>
  void plan_again(mix_plan<interpolated>& plan, index_t samples, const D& draws, const LookedAt&... looked_at) const {
    plan.lambda.resize(0);  // `blend` refuses what a refusal leaves
    if (is_off(lambda)) return detail::plan_unmixed("mixup", samples, plan);
    const auto& own = draws.within(name);
    detail::draw_partners("mixup", pairing, samples, own, plan.partner, looked_at...);
    detail::require_pairs("mixup", per, plan.partner);
    for (index_t i = 0; i < plan_entries(per, samples); ++i)
      plan.lambda.push_back(lambda(own, drawn_as(per, i, plan.partner)));
  }
  template <Draws D, class... LookedAt>
  void plan_again(mix_plan<interpolated>& plan, const image_shape& shape, const D& draws,
                  const LookedAt&... looked_at) const {
    plan_again(plan, shape.samples, draws, looked_at...);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
