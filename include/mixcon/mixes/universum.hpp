// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Universum samples: mixes each sample with one of another class until it belongs to neither.

#include <mixcon/core/config.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/accept_area.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/granularity.hpp>
#include <mixcon/mix/draw/lambda_rules.hpp>
#include <mixcon/mix/draw/pairing_by_class.hpp>
#include <mixcon/mix/draw/refused_plan.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/kinds/pasted_boxes.hpp>
#include <mixcon/mix/plan.hpp>

#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Universum samples: each sample mixed with one of another class until it belongs to neither. They carry no label and
/// enter a loss as candidates of their own. `Region` says how: `interpolated` (Mixup) or `pasted_boxes` (CutMix, the
/// own image inside the box). Labels (N) are the third argument of `plan`; a batch of one class is refused, unless
/// `pairing.on_one_class` says otherwise. Han et al. 2022 (UniCon), arXiv:2204.10695.
template <class Region = interpolated>
struct universum;

namespace detail {
template <Draws D, LabelsViewable Labels>
void draw_other_classes(const pairing::different_class& by, index_t samples, const D& draws, const Labels& labels,
                        std::vector<index_t>& partner, const in_workspace& memory) {
  require_batch("universum", samples);
  by.draw(labels, draws, partner, memory);
  require_partners("universum", samples, partner);
}
}  // namespace detail

/// partner_share * partner + (1 - partner_share) * own.
template <>
struct universum<interpolated> {
  static constexpr field name = "universum";
  double partner_share = 0.5;  ///< in [0, 1]; the lambda of the released code
  pairing::different_class pairing{};

  template <Draws D, LabelsViewable Labels>
  mix_plan<interpolated> plan(index_t samples, const D& draws, const Labels& labels) const {
    mix_plan<interpolated> made;
    plan_again(made, samples, draws, labels);
    return made;
  }
  template <Draws D, LabelsViewable Labels>
  mix_plan<interpolated> plan(const image_shape& shape, const D& draws, const Labels& labels) const {
    return plan(shape.samples, draws, labels);
  }
  /// The same into a plan of before: with a workspace, nothing is allocated for a batch of the same size.
  template <Draws D, LabelsViewable Labels>
  void plan_again(mix_plan<interpolated>& plan, index_t samples, const D& draws, const Labels& labels,
                  const in_workspace& memory = in_workspace::none()) const {
    plan.lambda.resize(0);  // `blend` refuses what a refusal leaves
    detail::require_share("universum", partner_share);
    detail::draw_other_classes(pairing, samples, draws.within(name), labels, plan.partner, memory);
    plan.lambda.assign(1, 1 - partner_share);
  }
  template <Draws D, LabelsViewable Labels>
  void plan_again(mix_plan<interpolated>& plan, const image_shape& shape, const D& draws, const Labels& labels,
                  const in_workspace& memory = in_workspace::none()) const {
    plan_again(plan, shape.samples, draws, labels, memory);
  }
  template <class Shape, class D, class... LookedAt>
  requires detail::MistakenPlan<Shape, D, LookedAt...>
  detail::no_plan plan(const Shape&, const D&, const LookedAt&...) const {
    return detail::refuse_plan<Shape>();
  }
};

/// The partner's image with a box of the own one, drawn again until the partner's share is accepted: one box for the
/// batch, as in the released code, or one a sample.
template <>
struct universum<pasted_boxes> {
  static constexpr field name = "universum";
  double partner_share = 0.5;  ///< in [0, 1], wanted
  accept_area place{};         ///< the partner's share that is accepted, [0.45, 0.55]
  pairing::different_class pairing{};
  granularity per = granularity::batch;

  template <Draws D, LabelsViewable Labels>
  mix_plan<pasted_boxes> plan(const image_shape& shape, const D& draws, const Labels& labels) const {
    mix_plan<pasted_boxes> made;
    plan_again(made, shape, draws, labels);
    return made;
  }
  /// The same into a plan of before: with a workspace, nothing is allocated for a batch of the same size.
  template <Draws D, LabelsViewable Labels>
  void plan_again(mix_plan<pasted_boxes>& plan, const image_shape& shape, const D& draws, const Labels& labels,
                  const in_workspace& memory = in_workspace::none()) const {
    plan.region.boxes.resize(0), plan.lambda.resize(0);  // `blend` refuses what a refusal leaves
    detail::require_share("universum", partner_share);
    const auto& own = draws.within(name);
    detail::draw_other_classes(pairing, shape.samples, own, labels, plan.partner, memory);
    plan.region.own_inside = true;
    detail::require_pairs("universum", per, plan.partner);
    for (index_t i = 0; i < plan_entries(per, shape.samples); ++i) {
      const box kept = place(shape, partner_share, own, drawn_as(per, i, plan.partner));
      plan.region.boxes.push_back(kept);
      plan.lambda.push_back(share(kept, shape));
    }
  }
  template <class Shape, class D, class... LookedAt>
  requires detail::MistakenPlan<Shape, D, LookedAt...>
  detail::no_plan plan(const Shape&, const D&, const LookedAt&...) const {
    return detail::refuse_plan<Shape>();
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
