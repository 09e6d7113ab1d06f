// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Where a box goes: the rules of CutMix and its relatives for drawing centre and sides.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/lambda_rules.hpp>

MIXCON_STRICT_FLOATS_BEGIN

// Where a box goes: rule(shape, lambda, draws, i) is the box of entry i, whose sides would leave the share lambda of
// the image outside. Cut off at the border it may leave more: labels follow the box (`share`), not the lambda that was
// drawn.
namespace mixcon {

namespace detail {

inline index_t truncated_to(double length) { return static_cast<index_t>(length); }
/// To the nearest whole length, halves up.
inline index_t rounded_to(double length) {
  const index_t below = truncated_to(length);
  return length - static_cast<double>(below) < 0.5 ? below : below + 1;
}
inline index_t within(index_t value, index_t low, index_t high) {
  return value < low ? low : value > high ? high : value;
}
/// sqrt(1 - lambda) of a side: what both sides are scaled by.
inline double side_share(const char* rule, double lambda) {
  require_share(rule, lambda);
  return portable::sqrt(1 - lambda);
}
/// `half` pixels on both sides of a centre, as far as the image goes.
inline box box_around(index_t row, index_t column, index_t half_height, index_t half_width, const image_shape& shape) {
  return {within(row - half_height, 0, shape.rows), within(row + half_height, 0, shape.rows),
          within(column - half_width, 0, shape.columns), within(column + half_width, 0, shape.columns)};
}

}  // namespace detail

/// The rule of CutMix: a centre anywhere in the image, sides trunc(sqrt(1 - lambda) * extent) of which the half,
/// rounded down, goes to either side, so a side is even before it is cut off. Yun et al. 2019, arXiv:1905.04899.
struct centred_box {
  template <Draws D>
  box operator()(const image_shape& shape, double lambda, const D& draws, index_t i, index_t attempt = 0) const {
    detail::require_image("centred_box", shape);
    const double side = detail::side_share("centred_box", lambda);
    const index_t row = draws.integer(field("box_row").on_try(attempt), i, 0, shape.rows);
    const index_t column = draws.integer(field("box_column").on_try(attempt), i, 0, shape.columns);
    return detail::box_around(row, column, detail::truncated_to(static_cast<double>(shape.rows) * side) / 2,
                              detail::truncated_to(static_cast<double>(shape.columns) * side) / 2, shape);
  }
};

/// As `centred_box`, but the centre keeps trunc(margin * side) away from the border. margin >= 0; refuses a margin that
/// leaves no centre. Source: Wightman, timm (mixup.py).
struct margin_box {
  double margin = 0;  ///< a share of the box's side, in [0, 1]
  template <Draws D>
  box operator()(const image_shape& shape, double lambda, const D& draws, index_t i) const {
    detail::require_image("margin_box", shape);
    MIXCON_REQUIRE(margin >= 0 && margin <= 1, "margin_box: the margin is ", margin,
                   "; it is a share of the box's side and must be in [0, 1].");
    const double side = detail::side_share("margin_box", lambda);
    const index_t height = detail::truncated_to(static_cast<double>(shape.rows) * side);
    const index_t width = detail::truncated_to(static_cast<double>(shape.columns) * side);
    const index_t top = detail::truncated_to(margin * static_cast<double>(height));
    const index_t left = detail::truncated_to(margin * static_cast<double>(width));
    MIXCON_REQUIRE(top < shape.rows - top && left < shape.columns - left, "margin_box: a margin of ", margin,
                   " leaves no centre for a box of ", height, " x ", width, " in an image of ", shape.rows, " x ",
                   shape.columns, "; use a margin below 0.5.");
    const index_t row = draws.integer("box_row", i, top, shape.rows - top);
    const index_t column = draws.integer("box_column", i, left, shape.columns - left);
    return detail::box_around(row, column, height / 2, width / 2, shape);
  }
};

/// A box that lies inside whole: height in [trunc(H * low), trunc(H * high)), width likewise, then its corner; lambda
/// is not used. 0 <= low < high <= 1. Source: Wightman, timm (mixup.py).
struct minmax_box {
  double low = 0.2, high = 0.8;  ///< of the image's sides, 0 <= low < high <= 1
  template <Draws D>
  box operator()(const image_shape& shape, double /*lambda*/, const D& draws, index_t i) const {
    detail::require_image("minmax_box", shape);
    MIXCON_REQUIRE(low >= 0 && low < high && high <= 1, "minmax_box: sides are from ", low, " to ", high,
                   " of the image; expected 0 <= low < high <= 1.");
    const index_t height = side(draws, "box_height", i, shape.rows), width = side(draws, "box_width", i, shape.columns);
    const index_t top = corner(draws, "box_top", i, shape.rows - height);
    const index_t left = corner(draws, "box_left", i, shape.columns - width);
    return {top, top + height, left, left + width};
  }

 private:
  template <Draws D>
  index_t side(const D& draws, field name, index_t i, index_t extent) const {
    const index_t least = detail::truncated_to(static_cast<double>(extent) * low);
    const index_t end = detail::truncated_to(static_cast<double>(extent) * high);
    MIXCON_REQUIRE(least < end, "minmax_box: a side of ", low, " to ", high, " of ", extent,
                   " pixels has no whole length; widen the range.");
    return draws.integer(name, i, least, end);
  }
  template <Draws D>
  static index_t corner(const D& draws, field name, index_t i, index_t room) {
    return room == 0 ? 0 : draws.integer(name, i, 0, room);  // a box as long as the image has one place
  }
};

/// As `centred_box` up to the rounding of one product: half sides are trunc(0.5 * sqrt(1 - lambda) * extent).
/// Source: torchvision (transforms v2, CutMix).
struct torchvision_box {
  template <Draws D>
  box operator()(const image_shape& shape, double lambda, const D& draws, index_t i) const {
    detail::require_image("torchvision_box", shape);
    const double half_side = 0.5 * detail::side_share("torchvision_box", lambda);
    const index_t column = draws.integer("box_column", i, 0, shape.columns);
    const index_t row = draws.integer("box_row", i, 0, shape.rows);
    return detail::box_around(row, column, detail::truncated_to(half_side * static_cast<double>(shape.rows)),
                              detail::truncated_to(half_side * static_cast<double>(shape.columns)), shape);
  }
};

/// Centre and sides are real numbers; each end is cut off at the border and then truncated, so sides may be odd.
/// Source: Kim et al. 2020 (Puzzle Mix, its CutMix), arXiv:2009.06962.
struct continuous_box {
  template <Draws D>
  box operator()(const image_shape& shape, double lambda, const D& draws, index_t i) const {
    detail::require_image("continuous_box", shape);
    const double side = detail::side_share("continuous_box", lambda);
    const double rows = static_cast<double>(shape.rows), columns = static_cast<double>(shape.columns);
    const double row = draws.uniform("box_row", i, 0, rows), column = draws.uniform("box_column", i, 0, columns);
    return {end(row - side * rows / 2, rows), end(row + side * rows / 2, rows),
            end(column - side * columns / 2, columns), end(column + side * columns / 2, columns)};
  }

 private:
  static index_t end(double place, double extent) {
    return detail::truncated_to(place < 0 ? 0 : place > extent ? extent : place);
  }
};

/// The 1-D form: trunc(T * (1 - lambda)) steps, anywhere inside; nothing is cut off.
struct random_interval {
  template <Draws D>
  interval operator()(const signal_shape& shape, double lambda, const D& draws, index_t i) const {
    detail::require_signal("random_interval", shape);
    detail::require_share("random_interval", lambda);
    const index_t length = detail::truncated_to(static_cast<double>(shape.steps) * (1 - lambda));
    const index_t begin = draws.integer("segment_begin", i, 0, shape.steps - length + 1);
    return {begin, begin + length};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
