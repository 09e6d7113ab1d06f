// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Boxes, intervals of time, the shapes of images and signals, and what share of a sample a box covers.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>

#include <string>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The extents of a batch of images (N, C, H, W), whatever the order of its elements in memory. Policies refuse extents
/// that look like those of (N, H, W, C), such as 32 channels of 32 x 3 pixels, unless `narrow` says that the images are
/// so.
struct image_shape {
  index_t samples = 0, channels = 1, rows = 0, columns = 0;
  bool narrow = false;  ///< whether as few as 1, 3 or 4 columns are meant
  friend bool operator==(const image_shape&, const image_shape&) = default;
};
/// The extents of a batch of signals: audio, other series.
struct signal_shape {
  index_t samples = 0, channels = 1, steps = 0;
  friend bool operator==(const signal_shape&, const signal_shape&) = default;
};

/// The shape of images (N, C, H, W). Channels-last ones are seen so through `as_nhwc` (mixcon/adapt/tensors/span.hpp).
template <Viewable<4> Images>
image_shape image_shape_of(const Images& images) {
  const auto batch = view<4>(images);
  return {batch.extent(0), batch.extent(1), batch.extent(2), batch.extent(3)};
}
/// The shape of signals (N, C, T).
template <Viewable<3> Signals>
signal_shape signal_shape_of(const Signals& signals) {
  const auto batch = view<3>(signals);
  return {batch.extent(0), batch.extent(1), batch.extent(2)};
}

/// A rectangle of pixels, half open: rows [top, bottom), columns [left, right).
struct box {
  index_t top = 0, bottom = 0, left = 0, right = 0;
  index_t area() const { return (bottom - top) * (right - left); }
  friend bool operator==(const box&, const box&) = default;
};
/// A stretch of time steps, half open.
struct interval {
  index_t begin = 0, end = 0;
  index_t length() const { return end - begin; }
  friend bool operator==(const interval&, const interval&) = default;
};

/// The share of the image that the box covers, in [0, 1].
inline double share(const box& area, const image_shape& shape) {
  return static_cast<double>(area.area()) / static_cast<double>(shape.rows * shape.columns);
}
inline double share(const interval& stretch, const signal_shape& shape) {
  return static_cast<double>(stretch.length()) / static_cast<double>(shape.steps);
}

inline std::string to_string(const box& b) {  // rows first, as in the specification of the golden files
  return '[' + std::to_string(b.top) + ", " + std::to_string(b.bottom) + ", " + std::to_string(b.left) + ", " +
         std::to_string(b.right) + ']';
}
inline std::string to_string(const interval& s) {
  return '[' + std::to_string(s.begin) + ", " + std::to_string(s.end) + ']';
}

namespace detail {

/// Whether images of so many rows and columns are rather (N, H, W, C) that were taken for (N, C, H, W): grey or
/// coloured ones, square, or of 9 pixels a side and more of which none is more than 8 times as long as the other.
inline bool looks_channels_last(index_t channels, index_t rows, index_t columns) {
  const index_t height = channels, width = rows;
  const bool a_picture = (columns == 1 || columns == 3 || columns == 4) && width > 4;
  return a_picture && (height == width || (height > 8 && width > 8 && height <= 8 * width && width <= 8 * height));
}
/// What is asked where a plan does not fit a batch of these extents.
template <int Rank>
const char* asked_about_layout(const axes<Rank>& extents) {
  if constexpr (Rank == 4)
    if (looks_channels_last(extents[1], extents[2], extents[3]))
      return " Is the batch (N, H, W, C)? Then pass as_nhwc(images), of mixcon/adapt/tensors/span.hpp.";
  return "";
}

/// Refuses extents that look like those of channels-last images.
inline void require_channels_second(const char* who, const image_shape& shape) {
  MIXCON_REQUIRE(
      shape.narrow || !looks_channels_last(shape.channels, shape.rows, shape.columns), who, ": images are ", shape.rows,
      " x ", shape.columns, " with ", shape.channels,
      " channels, which looks like (N, H, W, C) taken for (N, C, H, W). See such images through "
      "as_nhwc(images), of mixcon/adapt/tensors/span.hpp; if they are that narrow, set image_shape::narrow.");
}
inline void require_image(const char* who, const image_shape& shape) {
  require_channels_second(who, shape);
  MIXCON_REQUIRE(shape.rows >= 1 && shape.columns >= 1, who, ": images are ", shape.rows, " x ", shape.columns,
                 "; expected at least one row and one column.");
}
inline void require_signal(const char* who, const signal_shape& shape) {
  MIXCON_REQUIRE(shape.steps >= 1, who, ": signals have ", shape.steps, " steps; at least one is needed.");
}

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
