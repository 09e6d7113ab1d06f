// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"

#include <vector>

namespace mixcon_train {
inline namespace data {

/// One image as floats (C, H, W) in 0 .. 255, where a result may lie between two grey values. Its operations work in
/// `other` and `line`, which are reused from image to image.
struct float_image {
  index_t channels = 0, rows = 0, columns = 0;
  std::vector<float> values{}, other{}, line{};

  index_t pixels() const { return rows * columns; }
  float* channel(index_t c) { return values.data() + c * pixels(); }

  /// Room for every operation on images of this size, with a blur of up to this deviation.
  void reserve(const image_shape& shape, double deviation);
  /// Makes it the image of one sample, moved by `down` and `right`; what comes in from outside is 0.
  void assign_shifted(const data_set& data, index_t sample, index_t down, index_t right);
  /// Scales a part of itself to its whole size: bilinear between the centres of pixels.
  void zoom_into(const mixcon::box& part);
  /// Left and right change places.
  void flip();
  /// Every value times `factor`, cut off at 255.
  void scale_brightness(float factor);
  /// `factor` of itself, 1 - factor of its mean luminance; cut off at 0 and 255.
  void scale_contrast(float factor);
  /// `factor` of itself, 1 - factor of each pixel's luminance. Leaves a single channel alone.
  void scale_saturation(float factor);
  /// Every pixel in its luminance (ITU-R BT.601). Leaves a single channel alone.
  void make_grey() { scale_saturation(0); }
  /// Gaussian blur of `deviation` pixels, cut off at three deviations; borders are mirrored.
  void blur(double deviation);

 private:
  float luminance(index_t pixel) const;
  void blur_line(float* first, index_t length, index_t step);  // by the weights in `line`
};

}  // namespace data
}  // namespace mixcon_train
