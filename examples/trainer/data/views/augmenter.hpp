// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"
#include "data/pixel_table.hpp"
#include "data/views/augmentation.hpp"
#include "data/views/float_image.hpp"

#include <cstdint>

namespace mixcon_train {
inline namespace data {

/// Names a view: its random numbers depend on nothing else, neither on threads, batch size nor order.
struct view_key {
  std::uint64_t seed = 0, epoch = 0;
  index_t sample = 0, view = 0;
};

/// Makes normalised views of the images of one data set, which outlives it. Any number of threads may call one
/// augmenter at once, each with an image of its own to work in.
class augmenter {
 public:
  /// Refuses settings out of range, and colour (saturation, grey) of images that have neither 1 nor 3 channels.
  augmenter(const augmentation& settings, const data_set& data, const channel_statistics& statistics);

  /// Writes the view (C, H, W) that `key` names of image key.sample: (value / 255 - mean) / deviation.
  void operator()(const view_key& key, float* view, float_image& room) const;

 private:
  augmentation settings_;
  const data_set* data_;
  channel_statistics statistics_;
  pixel_table table_;
};

}  // namespace data
}  // namespace mixcon_train
