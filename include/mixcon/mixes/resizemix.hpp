// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// ResizeMix: pastes the whole partner, made small, over a part of each image.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/box_rules.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/granularity.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/resized_boxes.hpp>
#include <mixcon/mix/plan.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// ResizeMix: the whole partner, made small, is pasted over a part of each image. Sides are trunc(H tau), trunc(W tau),
/// of which the half, rounded down, goes to either side of a random pixel; the border cuts it off, and the partner is
/// resized to what is left. Labels follow the area: a larger tau means a smaller share of the own sample. Qin et al.
/// 2020, arXiv:2012.11101.
///
/// To steer it by a lambda, as some programs do, clip it: tau = `truncated<>` of that lambda with one try.
template <LambdaSampler Scale = uniform_lambda, class Pairing = pairing::random_permutation>
struct resizemix {
  static constexpr field name = "resizemix";
  Scale tau{0.1, 0.8};  ///< of a side; asked for as "lambda"
  Pairing pairing{};
  interpolation how = interpolation::nearest;
  granularity per = granularity::batch;

  template <Draws D, class... LookedAt>
  mix_plan<resized_boxes> plan(const image_shape& shape, const D& draws, const LookedAt&... looked_at) const {
    detail::require_image("resizemix", shape);
    if constexpr (requires { tau.low + tau.high; })
      MIXCON_REQUIRE(tau.low > 0 && tau.low <= tau.high && tau.high <= 1, "resizemix: tau is from ", tau.low, " to ",
                     tau.high, "; expected 0 < low <= high <= 1.");
    const auto& own = draws.within(name);
    mix_plan<resized_boxes> plan;
    plan.region.how = how;
    plan.partner = detail::partners_by("resizemix", pairing, shape.samples, own, looked_at...);
    detail::require_pairs("resizemix", per, plan.partner);
    for (index_t i = 0; i < plan_entries(per, shape.samples); ++i) {
      const index_t drawn = drawn_as(per, i, plan.partner);
      const double side = tau(own, drawn);
      const index_t row = own.integer("box_row", drawn, 0, shape.rows);
      const index_t column = own.integer("box_column", drawn, 0, shape.columns);
      const auto half = [side](index_t extent) { return detail::truncated_to(static_cast<double>(extent) * side) / 2; };
      const box pasted = detail::box_around(row, column, half(shape.rows), half(shape.columns), shape);
      plan.region.boxes.push_back(pasted);
      plan.lambda.push_back(1 - share(pasted, shape));
    }
    return plan;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
