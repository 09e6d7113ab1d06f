// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// GridMix: the partner shows through the holes of a grid.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/box_rules.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/granularity.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/mask.hpp>
#include <mixcon/mix/kinds/masked.hpp>
#include <mixcon/mix/plan.hpp>

#include <cstddef>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The ends of a range that is drawn from uniformly; equal ends draw nothing.
struct uniform_range {
  double low, high;  ///< > 0, low <= high
  template <Draws D>
  double operator()(const D& draws, field f, index_t sample) const {
    return low == high ? low : draws.uniform(f, sample, low, high);
  }
};

/// GridMix: the partner shows through the holes of a grid that lies over a random part of each image. Sides of holes
/// are sqrt(1 - lambda) of a cell's, at least one pixel and at most all but one; labels follow the area. Images whose
/// widest part has fewer than two columns a hole are refused; a narrower part that is drawn has as many holes as fit,
/// and cells of one column or row have none. Baek et al. 2021, Pattern Recognition 109. The reference exchanges
/// rows and columns; here rows are rows.
template <LambdaSampler Lambda = beta_lambda, class Pairing = pairing::random_permutation>
struct gridmix {
  static constexpr field name = "gridmix";
  Lambda lambda{};
  Pairing pairing{};
  index_t least_holes = 2, most_holes = 6;  ///< across the part, drawn uniformly among those that fit
  uniform_range hole_aspect{1, 1};          ///< height / width of a cell
  uniform_range cut_area{0.5, 1};           ///< of the part, as a share of the image
  uniform_range cut_aspect{0.5, 2};         ///< height / width of the part
  granularity per = granularity::batch;

  template <Draws D, class... LookedAt>
  mix_plan<masked> plan(const image_shape& shape, const D& draws, const LookedAt&... looked_at) const {
    detail::require_image("gridmix", shape);
    MIXCON_REQUIRE(1 <= least_holes && least_holes <= most_holes, "gridmix: ", least_holes, " to ", most_holes,
                   " holes across; expected 1 <= least_holes <= most_holes.");
    MIXCON_REQUIRE(0 < cut_area.low && cut_area.low <= cut_area.high && cut_area.high <= 1,
                   "gridmix: the part is from ", cut_area.low, " to ", cut_area.high,
                   " of the image; expected 0 < low <= high <= 1.");
    for (const uniform_range& aspect : {hole_aspect, cut_aspect})
      MIXCON_REQUIRE(0 < aspect.low && aspect.low <= aspect.high && aspect.high < __builtin_huge_val(),
                     "gridmix: an aspect is from ", aspect.low, " to ", aspect.high, "; expected 0 < low <= high.");
    if (is_off(lambda)) return {detail::unmixed("gridmix", shape.samples), {1.0}, masked::none()};
    const index_t widest = part_width(shape, cut_area.high, cut_aspect.low);
    MIXCON_REQUIRE(2 * least_holes <= widest, "gridmix: ", least_holes, " holes across parts of at most ", widest,
                   " columns; at most half of them can be holes. Take fewer holes, or larger images.");
    const auto& own = draws.within(name);
    mix_plan<masked> plan;
    plan.partner = detail::partners_by("gridmix", pairing, shape.samples, own, looked_at...);
    detail::require_pairs("gridmix", per, plan.partner);
    mask& shares = plan.region.shares;
    shares = mask::full({plan_entries(per, shape.samples), 1, shape.rows, shape.columns}, 1);
    for (index_t i = 0; i < shares.extents[0]; ++i) {
      cut_holes(shares, i, shape, own, drawn_as(per, i, plan.partner));
      plan.lambda.push_back(shares.mean(i));
    }
    return plan;
  }

 private:
  static index_t part_width(const image_shape& shape, double area, double aspect) {
    const index_t pixels = detail::truncated_to(static_cast<double>(shape.rows * shape.columns) * area);
    return detail::truncated_to(portable::sqrt(static_cast<double>(pixels) / aspect));
  }
  template <Draws D>
  void cut_holes(mask& shares, index_t entry, const image_shape& shape, const D& own, index_t i) const {
    const double side = detail::side_share("gridmix", lambda(own, i));
    const double aspect = cut_aspect(own, "cut_aspect", i);
    const index_t width = part_width(shape, cut_area(own, "cut_area", i), aspect);
    const index_t height = detail::truncated_to(static_cast<double>(width) * aspect);
    const index_t most = detail::within(width / 2, 1, most_holes);
    const index_t holes = own.integer("holes", i, least_holes < most ? least_holes : most, most + 1);
    const auto origin = [](double u, index_t room) { return detail::truncated_to(static_cast<double>(room) * u); };
    const index_t left = origin(own.uniform("cut_left", i, 0, 1), shape.columns - width);
    const index_t top = origin(own.uniform("cut_top", i, 0, 1), shape.rows - height);
    const index_t cell_width = (width + holes - 1) / holes;
    const index_t rows = detail::truncated_to(static_cast<double>(cell_width) * hole_aspect(own, "hole_aspect", i));
    const index_t cell_height = rows < 1 ? 1 : rows;
    const auto hole = [side](index_t cell) {
      const index_t length = detail::truncated_to(static_cast<double>(cell) * side);
      return detail::within(length < 1 ? 1 : length, 0, cell - 1);
    };
    const auto pixels = shares.view();
    for (index_t y = 0; y < height; ++y)
      for (index_t x = 0; x < width; ++x) {
        const bool in_hole = y % cell_height < hole(cell_height) && x % cell_width < hole(cell_width);
        const bool in_image = top + y >= 0 && top + y < shape.rows && left + x >= 0 && left + x < shape.columns;
        if (in_hole && in_image) pixels(entry, 0, top + y, left + x) = 0;
      }
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
