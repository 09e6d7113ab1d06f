// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Mixup or CutMix, drawn anew for each batch, pair or sample, as timm does.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/box_rules.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/gated.hpp>
#include <mixcon/mix/draw/granularity.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/switched.hpp>
#include <mixcon/mix/plan.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Mixup or CutMix, drawn anew each time: for the batch, for each mutual pair, or for each sample. Each entry is left
/// alone with probability 1 - `probability`. Labels follow lambda, or the box as it is. Source: Wightman, timm
/// (mixup.py, modes batch, pair and elem), whose pairing is `reverse`.
template <class Pairing = pairing::reverse, class Box = centred_box>
struct mixup_or_cutmix {
  static constexpr field name = "mixup_or_cutmix";
  beta_lambda mixup{.alpha = 0.8};   ///< alpha = 0: never
  beta_lambda cutmix{.alpha = 1.0};  ///< alpha = 0: never
  double probability = 1;            ///< of mixing at all, in [0, 1]
  double switch_probability = 0.5;   ///< of CutMix instead of Mixup, where both are on
  granularity per = granularity::batch;
  Pairing pairing{};
  Box place{};

  template <Draws D, class... LookedAt>
  mix_plan<switched> plan(const image_shape& shape, const D& draws, const LookedAt&... looked_at) const {
    mix_plan<switched> made;
    plan_again(made, shape, draws, looked_at...);
    return made;
  }
  /// The same into a plan of before: nothing is allocated for a batch of the same size, but by a pairing that looks at
  /// something.
  template <Draws D, class... LookedAt>
  void plan_again(mix_plan<switched>& plan, const image_shape& shape, const D& draws,
                  const LookedAt&... looked_at) const {
    plan.region.boxes.resize(0), plan.region.pastes.resize(0), plan.lambda.resize(0);  // what a refusal leaves
    detail::require_image("mixup_or_cutmix", shape);
    detail::require_probability("mixup_or_cutmix", probability);
    detail::require_probability("mixup_or_cutmix", switch_probability);
    if (mixup.off() && cutmix.off()) {
      plan.region.boxes.assign(1, box{}), plan.region.pastes.assign(1, 1);
      return detail::plan_unmixed("mixup_or_cutmix", shape.samples, plan);
    }
    const auto& own = draws.within(name);
    detail::draw_partners("mixup_or_cutmix", pairing, shape.samples, own, plan.partner, looked_at...);
    detail::require_pairs("mixup_or_cutmix", per, plan.partner);
    for (index_t i = 0; i < plan_entries(per, shape.samples); ++i)
      add_entry(plan, shape, own, drawn_as(per, i, plan.partner));
  }

 private:
  template <Draws D>
  void add_entry(mix_plan<switched>& plan, const image_shape& shape, const D& own, index_t i) const {
    const bool mixes = detail::happens(own, "gate", i, probability);
    const bool pastes = mixup.off() || (!cutmix.off() && detail::happens(own, "switch", i, switch_probability));
    double lambda = 1;
    box pasted{};
    if (mixes && pastes) {
      pasted = place(shape, own.beta("lambda_of_cutmix", i, cutmix.alpha, cutmix.beta), own, i);
      lambda = 1 - share(pasted, shape);
    } else if (mixes) {
      lambda = mixup(own, i);
    }
    plan.lambda.push_back(lambda);
    plan.region.boxes.push_back(pasted);
    plan.region.pastes.push_back(pastes ? 1 : 0);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
