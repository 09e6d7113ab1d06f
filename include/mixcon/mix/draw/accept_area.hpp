// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A box rule that draws again until the share outside the box is in a range.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/box_rules.hpp>
#include <mixcon/mix/draw/draws.hpp>

#include <cstddef>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// What `accept_area` does where no centre gives an accepted box, as on images of 8 x 8 with [0.45, 0.55].
enum class no_accepted_box {
  refuse,
  fit  ///< a box inside the image whose sides are chosen from the wanted area, as close to the image's form as it goes
};

/// `centred_box`, drawn again until the share outside it is in [low, high]. Whether any centre can do that is decided
/// first: the loop would otherwise not end, since even sides and the border leave gaps between the possible areas. 0 <=
/// low
/// <= high <= 1. Han et al. 2022 (UniCon), arXiv:2204.10695.
struct accept_area {
  double low = 0.45, high = 0.55;  ///< 0 <= low <= high <= 1
  no_accepted_box otherwise = no_accepted_box::refuse;
  index_t max_tries = 10000;  ///< after which `otherwise` happens too

  /// Whether some centre gives an accepted box.
  bool feasible(const image_shape& shape, double lambda) const {
    const std::vector<index_t> heights = lengths(shape.rows, lambda), widths = lengths(shape.columns, lambda);
    for (const index_t height : heights)
      for (const index_t width : widths)
        if (accepts({0, height, 0, width}, shape)) return true;
    return false;
  }

  template <Draws D>
  box operator()(const image_shape& shape, double lambda, const D& draws, index_t i) const {
    detail::require_image("accept_area", shape);
    MIXCON_REQUIRE(low >= 0 && low <= high && high <= 1, "accept_area: the accepted range is ", low, " to ", high,
                   "; expected 0 <= low <= high <= 1.");
    if (feasible(shape, lambda)) {
      for (index_t k = 0; k < max_tries; ++k) {
        const box drawn = centred_box{}(shape, lambda, draws, i, k);
        if (accepts(drawn, shape)) return drawn;
      }
    }
    MIXCON_REQUIRE(otherwise == no_accepted_box::fit, "accept_area: on images of ", shape.rows, " x ", shape.columns,
                   " no box drawn for lambda ", lambda, " leaves a share in [", low, ", ", high,
                   "]; widen the range or choose no_accepted_box::fit.");
    return fitted(shape, lambda, draws, i);
  }

 private:
  bool accepts(const box& area, const image_shape& shape) const {
    const double outside = 1 - share(area, shape);
    return outside >= low && outside <= high;
  }
  /// The lengths that a side can have after it is cut off.
  static std::vector<index_t> lengths(index_t extent, double lambda) {
    const double side = detail::side_share("accept_area", lambda);
    const index_t half = detail::truncated_to(static_cast<double>(extent) * side) / 2;
    std::vector<index_t> possible;
    for (index_t centre = 0; centre < extent; ++centre) {
      const index_t length = detail::within(centre + half, 0, extent) - detail::within(centre - half, 0, extent);
      if (possible.empty() || possible.back() != length) possible.push_back(length);
    }
    return possible;
  }
  /// The accepted sides that distort the image's form least; of equal ones the share closest to lambda.
  template <Draws D>
  box fitted(const image_shape& shape, double lambda, const D& draws, index_t i) const {
    const auto distance = [](double a, double b) { return a < b ? b - a : a - b; };
    box best{};
    double distortion = -1;
    for (index_t height = 0; height <= shape.rows; ++height)
      for (index_t width = 0; width <= shape.columns; ++width) {
        const box sized{0, height, 0, width};
        if (!accepts(sized, shape)) continue;
        const double form =
            distance(static_cast<double>(height * shape.columns), static_cast<double>(width * shape.rows));
        const bool closer = distance(1 - share(sized, shape), lambda) < distance(1 - share(best, shape), lambda);
        if (distortion < 0 || form < distortion || (form == distortion && closer)) best = sized, distortion = form;
      }
    MIXCON_REQUIRE(distortion >= 0, "accept_area: no box at all leaves a share in [", low, ", ", high, "] of ",
                   shape.rows, " x ", shape.columns, " pixels; widen the range.");
    const index_t top = draws.integer("box_top", i, 0, shape.rows - best.bottom + 1);
    const index_t left = draws.integer("box_left", i, 0, shape.columns - best.right + 1);
    return {top, top + best.bottom, left, left + best.right};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
