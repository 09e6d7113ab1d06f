// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// CutMix: pastes a random box of each sample's partner over it, or an interval of a signal.

#include <mixcon/core/config.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/accept_area.hpp>
#include <mixcon/mix/draw/box_rules.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/granularity.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/pasted_boxes.hpp>
#include <mixcon/mix/kinds/pasted_intervals.hpp>
#include <mixcon/mix/plan.hpp>

#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// CutMix: paste a random box of each sample's partner over it; labels follow the share of the box, which the border
/// may have cut off, not the lambda that was drawn. Yun et al. 2019, arXiv:1905.04899. On signals it pastes a stretch
/// of time.
///
/// i-Mix (Lee et al. 2021, arXiv:2010.08887) is `cutmix<folded<>>`: the own share never falls below the folded lambda.
template <LambdaSampler Lambda = beta_lambda, class Pairing = pairing::random_permutation, class Box = centred_box>
struct cutmix {
  static constexpr field name = "cutmix";
  Lambda lambda{};
  Pairing pairing{};
  Box place{};                           ///< the rule that turns a lambda into a box: box_rules.hpp, accept_area.hpp
  granularity per = granularity::batch;  // one box for the batch (the paper), one a pair, or one a sample

  template <Draws D, class... LookedAt>
  mix_plan<pasted_boxes> plan(const image_shape& shape, const D& draws, const LookedAt&... looked_at) const {
    mix_plan<pasted_boxes> made;
    plan_again(made, shape, draws, looked_at...);
    return made;
  }
  template <Draws D, class... LookedAt>
  mix_plan<pasted_intervals> plan(const signal_shape& shape, const D& draws, const LookedAt&... looked_at) const {
    mix_plan<pasted_intervals> made;
    plan_again(made, shape, draws, looked_at...);
    return made;
  }

  /// The same into a plan of before: nothing is allocated for a batch of the same size, but by a pairing that looks at
  /// something.
  template <Draws D, class... LookedAt>
  void plan_again(mix_plan<pasted_boxes>& plan, const image_shape& shape, const D& draws,
                  const LookedAt&... looked_at) const {
    detail::require_image("cutmix", shape);
    plan.region.own_inside = false;
    draw_parts(
        plan, plan.region.boxes, shape,
        [&](double kept, const auto& own, index_t i) { return place(shape, kept, own, i); }, draws, looked_at...);
  }
  template <Draws D, class... LookedAt>
  void plan_again(mix_plan<pasted_intervals>& plan, const signal_shape& shape, const D& draws,
                  const LookedAt&... looked_at) const {
    detail::require_signal("cutmix", shape);
    draw_parts(
        plan, plan.region.intervals, shape,
        [&](double kept, const auto& own, index_t i) { return random_interval{}(shape, kept, own, i); }, draws,
        looked_at...);
  }

 private:
  /// Draws a plan, whose boxes or intervals `placed(own share, draws, i)` places.
  template <class Plan, class Part, class Shape, class Placed, Draws D, class... LookedAt>
  void draw_parts(Plan& plan, std::vector<Part>& parts, const Shape& shape, const Placed& placed, const D& draws,
                  const LookedAt&... looked_at) const {
    plan.lambda.resize(0), parts.resize(0);  // `blend` refuses what a refusal leaves
    if (is_off(lambda)) return detail::plan_unmixed("cutmix", shape.samples, plan), parts.assign(1, Part{});
    const auto& own = draws.within(name);
    detail::draw_partners("cutmix", pairing, shape.samples, own, plan.partner, looked_at...);
    detail::require_pairs("cutmix", per, plan.partner);
    for (index_t i = 0; i < plan_entries(per, shape.samples); ++i) {
      const index_t drawn = drawn_as(per, i, plan.partner);
      const Part pasted = placed(lambda(own, drawn), own, drawn);
      parts.push_back(pasted);
      plan.lambda.push_back(1 - share(pasted, shape));
    }
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
