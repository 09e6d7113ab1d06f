// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Keeps the left part of each image and takes the right part from its partner.

#include <mixcon/core/config.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/granularity.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/pasted_boxes.hpp>
#include <mixcon/mix/plan.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The left round(lambda * W) columns of each image stay (ties to even), the right ones come from its partner; labels
/// follow the columns. `vertical`: the upper rows stay.
template <LambdaSampler Lambda = beta_lambda, class Pairing = pairing::random_permutation>
struct hconcat {
  static constexpr field name = "hconcat";
  Lambda lambda{};
  Pairing pairing{};
  bool vertical = false;  ///< upper and lower rows in the place of left and right columns
  granularity per = granularity::batch;

  template <Draws D, class... LookedAt>
  mix_plan<pasted_boxes> plan(const image_shape& shape, const D& draws, const LookedAt&... looked_at) const {
    detail::require_image("hconcat", shape);
    if (is_off(lambda)) return {detail::unmixed("hconcat", shape.samples), {1.0}, pasted_boxes::none()};
    const auto& own = draws.within(name);
    mix_plan<pasted_boxes> plan;
    plan.partner = detail::partners_by("hconcat", pairing, shape.samples, own, looked_at...);
    detail::require_pairs("hconcat", per, plan.partner);
    const index_t extent = vertical ? shape.rows : shape.columns;
    for (index_t i = 0; i < plan_entries(per, shape.samples); ++i) {
      const double exact = lambda(own, drawn_as(per, i, plan.partner)) * static_cast<double>(extent);
      index_t kept = static_cast<index_t>(exact);
      const double rest = exact - static_cast<double>(kept);
      if (rest > 0.5 || (rest == 0.5 && kept % 2 == 1)) ++kept;
      plan.region.boxes.push_back(vertical ? box{kept, shape.rows, 0, shape.columns}
                                           : box{0, shape.rows, kept, shape.columns});
      plan.lambda.push_back(static_cast<double>(kept) / static_cast<double>(extent));
    }
    return plan;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
