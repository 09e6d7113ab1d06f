// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// SmoothMix: the partner shows through a soft round spot.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/granularity.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/mask.hpp>
#include <mixcon/mix/kinds/masked.hpp>
#include <mixcon/mix/plan.hpp>

#include <cstddef>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// SmoothMix: the partner shows through a soft round spot, exp(-distance^2 / (2 sigma^2)) around a random centre, sigma
/// uniform in [H / 4, H / 2); labels follow the mean of the mask. Lee et al. 2020, CVPR workshops. The reference needs
/// even squares, and returns the share of the partner as that of the first label; here any size, and the own share.
template <class Pairing = pairing::random_permutation>
struct smoothmix {
  static constexpr field name = "smoothmix";
  Pairing pairing{};
  granularity per = granularity::batch;

  template <Draws D, class... LookedAt>
  mix_plan<masked> plan(const image_shape& shape, const D& draws, const LookedAt&... looked_at) const {
    detail::require_image("smoothmix", shape);
    const auto& own = draws.within(name);
    mix_plan<masked> plan;
    plan.partner = detail::partners_by("smoothmix", pairing, shape.samples, own, looked_at...);
    detail::require_pairs("smoothmix", per, plan.partner);
    mask& shares = plan.region.shares;
    shares.extents = {plan_entries(per, shape.samples), 1, shape.rows, shape.columns};
    for (index_t i = 0; i < shares.extents[0]; ++i) {
      const index_t drawn = drawn_as(per, i, plan.partner);
      const double sigma = sigma_of(shape, own, drawn);
      const std::vector<double> down = profile(shape.rows, own.integer("spot_row", drawn, 0, shape.rows), sigma);
      const std::vector<double> across =
          profile(shape.columns, own.integer("spot_column", drawn, 0, shape.columns), sigma);
      for (const double y : down)
        for (const double x : across) shares.values.push_back(1 - portable::product(y, x));
    }
    for (index_t i = 0; i < shares.extents[0]; ++i) plan.lambda.push_back(shares.mean(i));
    return plan;
  }
  /// The width of a sample's spot, in pixels.
  template <Draws D>
  static double sigma_of(const image_shape& shape, const D& own, index_t sample) {
    return (own.uniform("spot_size", sample, 0, 1) / 4 + 0.25) * static_cast<double>(shape.rows);
  }

 private:
  static std::vector<double> profile(index_t extent, index_t drawn, double sigma) {
    const double size = static_cast<double>(extent);
    const double moved = static_cast<double>(static_cast<index_t>(static_cast<double>(drawn) - size / 2));
    std::vector<double> height;
    for (index_t k = 0; k < extent; ++k) {
      const double distance = (static_cast<double>(k) - (size - 1) / 2 - moved) / sigma;
      height.push_back(portable::exp(-distance * distance / 2));
    }
    return height;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
