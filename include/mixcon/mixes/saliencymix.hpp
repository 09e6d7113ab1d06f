// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// SaliencyMix: the box of CutMix around the partner's most salient pixel.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/box_rules.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/granularity.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/draw/refused_plan.hpp>
#include <mixcon/mix/kinds/pasted_boxes.hpp>
#include <mixcon/mix/plan.hpp>
#include <mixcon/mix/solve/map_unit.hpp>

#include <cstddef>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// SaliencyMix: the box of CutMix around the partner's most salient pixel, at the same place of the own image. Saliency
/// (N, H, W) is the third argument of `plan`. For one box a batch the map of the first sample's partner counts, as in
/// the released code; for one a sample each partner's own. Uddin et al. 2020, arXiv:2006.01791.
template <LambdaSampler Lambda = beta_lambda, class Pairing = pairing::random_permutation>
struct saliencymix {
  static constexpr field name = "saliencymix";
  Lambda lambda{};
  Pairing pairing{};
  granularity per = granularity::batch;
  double levels = 255;  ///< saliency in [0, 1] is truncated to so many levels first, as in the released code; 0: exact,
                        ///< for saliency in any unit

  template <Draws D, Viewable<3> Saliency>
  mix_plan<pasted_boxes> plan(const image_shape& shape, const D& draws, const Saliency& saliency) const {
    detail::require_image("saliencymix", shape);
    const auto maps = view<3>(saliency);
    MIXCON_REQUIRE(levels >= 0 && levels <= 0x1p52, "saliencymix: levels is ", levels,
                   "; expected a number such as 255, or 0 for saliency as it is.");
    MIXCON_REQUIRE(maps.extent(0) == shape.samples && maps.extent(1) == shape.rows && maps.extent(2) == shape.columns,
                   "saliencymix: saliency is ", maps.extents(), " for ", shape.samples, " images of ", shape.rows,
                   " x ", shape.columns, "; expected (samples, rows, columns).");
    if (is_off(lambda)) return {detail::unmixed("saliencymix", shape.samples), {1.0}, pasted_boxes::none()};
    const auto& own = draws.within(name);
    mix_plan<pasted_boxes> plan;
    plan.partner = detail::partners_by("saliencymix", pairing, shape.samples, own);
    detail::require_pairs("saliencymix", per, plan.partner);
    for (index_t i = 0; i < plan_entries(per, shape.samples); ++i) {
      const double side = detail::side_share("saliencymix", lambda(own, drawn_as(per, i, plan.partner)));
      const auto half = [side](index_t extent) { return detail::truncated_to(static_cast<double>(extent) * side) / 2; };
      const place at = peak(maps, plan.partner_of(i));
      const box pasted = detail::box_around(at.row, at.column, half(shape.rows), half(shape.columns), shape);
      plan.region.boxes.push_back(pasted);
      plan.lambda.push_back(1 - share(pasted, shape));
    }
    return plan;
  }
  template <class Shape, class D, class... LookedAt>
  requires detail::MistakenPlan<Shape, D, LookedAt...>
  detail::no_plan plan(const Shape&, const D&, const LookedAt&...) const {
    return detail::refuse_plan<Shape>();
  }

  struct place {
    index_t row = 0, column = 0;
  };
  /// The most salient pixel of a map, of equal ones the first in row-major order.
  template <class Maps>
  place peak(const Maps& maps, index_t sample) const {
    place best;
    double most = 0;
    for (index_t y = 0; y < maps.extent(1); ++y)
      for (index_t x = 0; x < maps.extent(2); ++x) {
        const double value = static_cast<double>(maps(sample, y, x));
        MIXCON_REQUIRE(value >= 0 && (levels == 0 ? detail::is_finite_number(value) : value <= 1),
                       "saliencymix: the saliency of sample ", sample, " holds ", value, "; expected finite numbers ",
                       levels == 0 ? ">= 0." : "in [0, 1]. Scale the map, or set levels to 0.");
        const double level = levels == 0 ? value : static_cast<double>(detail::truncated_to(levels * value));
        if (level > most) most = level, best = {y, x};
      }
    return best;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
