// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Random erasing: overwrites a box of random area and form with some probability; labels stay.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/box_rules.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/gated.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/filled_boxes.hpp>
#include <mixcon/mix/plan.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Random erasing: with a probability, a box of random area and form, wholly inside, is overwritten; labels stay. Area
/// uniform in [low, high) of the image, height / width log-uniform in [aspect, 1 / aspect); after `max_tries` boxes
/// that do not fit nothing is erased. Zhong et al. 2017, arXiv:1708.04896.
struct random_erasing {
  static constexpr field name = "random_erasing";
  double probability = 0.5;           ///< of erasing, for each sample
  double low = 0.02, high = 1.0 / 3;  ///< share of the image: 0 < low <= high <= 1
  double aspect = 0.3;                ///< in (0, 1]
  index_t max_tries = 10;             ///< boxes drawn, until one fits into the image
  double value = 0;                   ///< in units of the samples

  template <Draws D>
  mix_plan<filled_boxes> plan(const image_shape& shape, const D& draws) const {
    detail::require_image("random_erasing", shape);
    detail::require_probability("random_erasing", probability);
    MIXCON_REQUIRE(low > 0 && low <= high && high <= 1, "random_erasing: the area is from ", low, " to ", high,
                   " of the image; expected 0 < low <= high <= 1.");
    MIXCON_REQUIRE(aspect > 0 && aspect <= 1, "random_erasing: the aspect is ", aspect,
                   "; expected a number in (0, 1].");
    mix_plan<filled_boxes> plan{detail::unmixed("random_erasing", shape.samples), {1.0}, {.boxes = {}, .value = value}};
    const auto& own = draws.within(name);
    for (index_t i = 0; i < shape.samples; ++i)
      plan.region.boxes.push_back(detail::happens(own, "gate", i, probability) ? erased(shape, own, i) : box{});
    return plan;
  }

 private:
  template <Draws D>
  box erased(const image_shape& shape, const D& own, index_t i) const {
    const double pixels = static_cast<double>(shape.rows * shape.columns), widest = -portable::log(aspect);
    for (index_t k = 0; k < max_tries; ++k) {
      const double area = low == high ? low : own.uniform(field("area").on_try(k), i, low, high);
      const double form = widest == 0 ? 1 : portable::exp(own.uniform(field("aspect").on_try(k), i, -widest, widest));
      const index_t height = detail::rounded_to(portable::sqrt(area * pixels * form));
      const index_t width = detail::rounded_to(portable::sqrt(area * pixels / form));
      if (height > shape.rows || width > shape.columns) continue;
      const index_t top = own.integer(field("box_top").on_try(k), i, 0, shape.rows - height + 1);
      const index_t left = own.integer(field("box_left").on_try(k), i, 0, shape.columns - width + 1);
      return {top, top + height, left, left + width};
    }
    return {};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
