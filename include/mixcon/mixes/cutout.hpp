// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Cutout: overwrites a random box of each image with a constant; labels stay.

#include <mixcon/core/config.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/box_rules.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/granularity.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/filled_boxes.hpp>
#include <mixcon/mix/plan.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Cutout: a random box of each image is overwritten with a constant; labels stay. DeVries and Taylor 2017,
/// arXiv:1708.04552. `lambda` is the share outside the box before the border cuts it off: 3/4 for a box of half the
/// sides, as in the paper.
template <LambdaSampler Lambda = fixed_lambda, class Box = centred_box>
struct cutout {
  static constexpr field name = "cutout";
  Lambda lambda{0.75};
  Box place{};
  double value = 0;  ///< in units of the samples: the mean, after normalisation
  granularity per = granularity::sample;

  template <Draws D>
  mix_plan<filled_boxes> plan(const image_shape& shape, const D& draws) const {
    detail::require_image("cutout", shape);
    mix_plan<filled_boxes> plan{detail::unmixed("cutout", shape.samples), {1.0}, {.boxes = {}, .value = value}};
    const auto& own = draws.within(name);
    for (index_t i = 0; i < plan_entries(per, shape.samples); ++i)
      plan.region.boxes.push_back(place(shape, lambda(own, i), own, i));
    return plan;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
