// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/box.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace data {

using mixcon::image_shape;
using mixcon::index_t;

/// Images of one size with a class each, as they came from the file.
struct data_set {
  std::string name{};  ///< "fashion-mnist test"
  image_shape shape{};
  std::vector<std::uint8_t> images{};  ///< (N, C, H, W), 0 .. 255
  std::vector<int> labels{};           ///< (N), 0 .. classes() - 1
  std::vector<std::string> class_names{};

  index_t samples() const { return shape.samples; }
  index_t classes() const { return static_cast<index_t>(class_names.size()); }
  /// Values of one image: C * H * W.
  index_t width() const { return shape.channels * shape.rows * shape.columns; }
  const std::uint8_t* image(index_t sample) const { return images.data() + sample * width(); }
  int label(index_t sample) const { return labels[static_cast<std::size_t>(sample)]; }
  mixcon::tensor_view<const std::uint8_t, 4> view() const {
    return {images.data(), {shape.samples, shape.channels, shape.rows, shape.columns}};
  }
};

/// What one learns from, and what one is judged by.
struct train_and_test {
  data_set train{}, test{};
};

/// The samples [first, end) of a data set. Refuses a range outside of it.
data_set part_of(const data_set& whole, index_t first, index_t end);

/// A number that another data set hardly shares: of shape, images, labels and class names, in order. The same on every
/// machine. It finds changes, not forgeries.
std::uint64_t content_hash(const data_set& data);

/// Mean and standard deviation of every channel (C), of values in [0, 1]. A channel of one value gets deviation 1.
struct channel_statistics {
  std::vector<double> mean{}, deviation{};
};
channel_statistics channel_statistics_of(const data_set& data);

/// The images of `samples` as the float rows (N, C * H * W) that a network sees: (value / 255 - mean) / deviation.
/// Writes N * width() numbers.
void normalised_rows(const data_set& data, const channel_statistics& statistics, const std::vector<index_t>& samples,
                     float* rows);

}  // namespace data
}  // namespace mixcon_train
