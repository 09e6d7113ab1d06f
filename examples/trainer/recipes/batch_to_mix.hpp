// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"

#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/draw/draws.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// A batch that is going to be mixed, with all that a policy may look at.
struct batch_to_mix {
  image_shape shape{};
  std::vector<float> images{};               ///< (N, C, H, W)
  float black = 0, grey = 128, white = 255;  ///< their range; grey covers what is erased
  std::vector<float> mean{}, deviation{};    ///< (C): a network sees (value - mean) / deviation; empty: the value
  std::vector<int> labels{};                 ///< (N)
  std::vector<float> saliency{};             ///< (N, H, W), in (0, 1], 1 somewhere in each image
  mixcon::axes<4> feature_extents{};         ///< (N, 1, a, b); a and b divide H and W
  std::vector<float> features{};             ///< mean saliency of each cell

  mixcon::tensor_view<const float, 4> image_view() const {
    return {images.data(), {shape.samples, shape.channels, shape.rows, shape.columns}};
  }
  mixcon::tensor_view<const float, 3> saliency_view() const {
    return {saliency.data(), {shape.samples, shape.rows, shape.columns}};
  }
  mixcon::tensor_view<const float, 4> feature_view() const { return {features.data(), feature_extents}; }
};

/// Samples of a data set to mix and show, 0 .. 255: of as many classes as can be, in random order. Features of rows
/// are shown by how far they are from their mean (grey), clips by how loud they are (silence is black). Their saliency
/// is how much the brightness changes around each pixel, standing in for what a network would say. Refuses more samples
/// than there are.
batch_to_mix batch_to_show(const data_set& data, index_t samples, std::uint64_t seed);

/// One view of a batch in training, (N, C, H, W) of values with mean 0 and deviation about 1, ready for any policy.
batch_to_mix batch_of_step(std::span<const float> view, std::span<const int> labels, const image_shape& shape);
/// The same in the place of a batch of before, whose memory it takes.
void batch_of_step(std::span<const float> view, std::span<const int> labels, const image_shape& shape,
                   batch_to_mix& batch);

/// The side of the square cells that features stand for: 4 pixels at most, and a divisor of both sides of an image.
index_t cell_side(const image_shape& shape);

/// Sets the means over cells of `side` x `side` pixels: (N, C, H / side, W / side) of images (N, C, H, W).
void means_of_cells(const mixcon::tensor_view<const float, 4>& images, index_t side, std::vector<float>& means);

/// Writes each value to all pixels of its cell: the other way round.
void spread_over_cells(const std::vector<float>& means, index_t side, const mixcon::tensor_view<float, 4>& images);

/// Appends images of noise, one a sample: what noise mixup mixes with.
void add_noise_images(const batch_to_mix& batch, const mixcon::philox_draws& draws, std::vector<float>& images);

/// Appends the images, each after depths[i] random operations: flip, zoom, contrast, brightness or blur.
void add_altered_images(const batch_to_mix& batch, const mixcon::philox_draws& draws, std::span<const index_t> depths,
                        std::vector<float>& images);

}  // namespace recipes
}  // namespace mixcon_train
