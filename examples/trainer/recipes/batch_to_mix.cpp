// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/batch_to_mix.hpp"

#include "data/views/float_image.hpp"
#include "devices/lent.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>

namespace mixcon_train {
inline namespace recipes {

namespace {

/// Samples in random order, the first of every class before the second of any.
std::vector<index_t> samples_to_show(const data_set& data, index_t samples, std::uint64_t seed) {
  std::vector<index_t> order(static_cast<std::size_t>(data.samples()));
  std::vector<index_t> rank(order.size()), seen(data.class_names.size());
  mixcon::philox_draws{.seed = seed}.within("sheet").permutation("order", {order.data(), {std::ssize(order)}});
  for (const index_t i : order) rank[static_cast<std::size_t>(i)] = seen[static_cast<std::size_t>(data.label(i))]++;
  std::stable_sort(order.begin(), order.end(), [&](index_t a, index_t b) {
    return rank[static_cast<std::size_t>(a)] < rank[static_cast<std::size_t>(b)];
  });
  order.resize(static_cast<std::size_t>(samples));
  return order;
}

/// How much the brightness of an image (C, H, W) changes around each pixel, and a little everywhere: (H, W).
template <class Value>
void append_saliency(const Value* image, const image_shape& shape, float least, std::vector<float>& saliency) {
  const index_t rows = shape.rows, columns = shape.columns;
  const auto brightness = [&](index_t y, index_t x) {
    float sum = 0;
    for (index_t c = 0; c < shape.channels; ++c)
      sum += static_cast<float>(
          image[(c * rows + std::clamp<index_t>(y, 0, rows - 1)) * columns + std::clamp<index_t>(x, 0, columns - 1)]);
    return sum;
  };
  const auto change = [&](index_t y, index_t x) {
    return std::hypot(brightness(y + 1, x) - brightness(y - 1, x), brightness(y, x + 1) - brightness(y, x - 1));
  };
  const std::size_t first = saliency.size();
  for (index_t y = 0; y < rows; ++y)
    for (index_t x = 0; x < columns; ++x) {
      float sum = least;
      for (index_t dy = -1; dy <= 1; ++dy)
        for (index_t dx = -1; dx <= 1; ++dx) sum += change(y + dy, x + dx);
      saliency.push_back(sum);
    }
  const auto begin = saliency.begin() + static_cast<std::ptrdiff_t>(first);
  const float most = *std::max_element(begin, saliency.end());
  std::for_each(begin, saliency.end(), [=](float& value) { value /= most; });
}

/// What policies look at beside images, labels and saliency.
void add_features(batch_to_mix& batch) {
  const image_shape& shape = batch.shape;
  const index_t side = cell_side(shape);
  batch.feature_extents = {shape.samples, 1, shape.rows / side, shape.columns / side};
  means_of_cells({batch.saliency.data(), {shape.samples, 1, shape.rows, shape.columns}}, side, batch.features);
}

void alter(float_image& image, index_t operation, double strength) {  // strength in [0, 1)
  const index_t rows = image.rows, columns = image.columns;
  const auto inset = [&](index_t length) { return static_cast<index_t>(strength * static_cast<double>(length) / 4); };
  const auto factor = static_cast<float>(0.5 + strength);
  if (operation == 0) image.flip();
  if (operation == 1) image.zoom_into({inset(rows), rows - inset(rows), inset(columns), columns - inset(columns)});
  if (operation == 2) image.scale_contrast(factor);
  if (operation == 3) image.scale_brightness(factor);
  if (operation == 4) image.blur(0.3 + strength);
}

}  // namespace

index_t cell_side(const image_shape& shape) {
  index_t side = std::clamp<index_t>(std::min(shape.rows, shape.columns) / 4, 1, 4);  // at least four cells a side
  while (shape.rows % side != 0 || shape.columns % side != 0) --side;
  return side;
}

void means_of_cells(const mixcon::tensor_view<const float, 4>& images, index_t side, std::vector<float>& means) {
  const index_t rows = images.extent(2) / side, columns = images.extent(3) / side;
  means.assign(static_cast<std::size_t>(images.extent(0) * images.extent(1) * rows * columns), 0.0F);
  for (index_t plane = 0; plane < images.extent(0) * images.extent(1); ++plane)
    for (index_t y = 0; y < images.extent(2); ++y)
      for (index_t x = 0; x < images.extent(3); ++x)
        means[static_cast<std::size_t>((plane * rows + y / side) * columns + x / side)] +=
            images(plane / images.extent(1), plane % images.extent(1), y, x) / static_cast<float>(side * side);
}

void spread_over_cells(const std::vector<float>& means, index_t side, const mixcon::tensor_view<float, 4>& images) {
  const index_t rows = images.extent(2) / side, columns = images.extent(3) / side;
  for (index_t plane = 0; plane < images.extent(0) * images.extent(1); ++plane)
    for (index_t y = 0; y < images.extent(2); ++y)
      for (index_t x = 0; x < images.extent(3); ++x)
        images(plane / images.extent(1), plane % images.extent(1), y, x) =
            means[static_cast<std::size_t>((plane * rows + y / side) * columns + x / side)];
}

namespace {

/// A row or clip as 0 .. 255: features of a row by how many deviations they are from their mean, -2.5 to 2.5; of a clip
/// silence is black, and the loudest value of the set white.
void append_levels(const data_set& data, const channel_statistics& statistics, float loudest, index_t sample,
                   std::vector<float>& to) {
  const auto width = static_cast<std::size_t>(data.width());
  std::vector<float> values(data.numbers(sample), data.numbers(sample) + data.width());
  constexpr float silence = -13.8F;
  if (data.kind == sample_kind::row) normalise(data, statistics, sample, values.data());
  for (std::size_t k = 0; k < width; ++k) {
    const float share = data.kind == sample_kind::row ? 0.5F + values[k] / 5
                                                      : (values[k] - silence) / std::max(loudest - silence, 1.0F);
    to.push_back(255 * std::clamp(share, 0.0F, 1.0F));
  }
}

}  // namespace

batch_to_mix batch_to_show(const data_set& data, index_t samples, std::uint64_t seed) {
  MIXCON_REQUIRE(1 <= samples && samples <= data.samples(), "batch_to_show: ", samples, " of the ", data.samples(), " ",
                 to_string(data.kind), "s of ", data.name, "; expected at least one, and not more than there are.");
  batch_to_mix batch{.shape = data.shape};
  batch.shape.samples = samples;
  const bool pixels = data.kind == sample_kind::image;
  const channel_statistics statistics =
      data.kind == sample_kind::row ? channel_statistics_of(data) : channel_statistics();
  const float loudest = pixels ? 0 : *std::max_element(data.values.begin(), data.values.end());
  for (const index_t i : samples_to_show(data, samples, seed)) {
    const std::ptrdiff_t first = std::ssize(batch.images);
    if (pixels)
      batch.images.insert(batch.images.end(), data.image(i), data.image(i) + data.width());
    else
      append_levels(data, statistics, loudest, i, batch.images);
    append_saliency(batch.images.data() + first, data.shape, 1.0F, batch.saliency);
    batch.labels.push_back(data.label(i));
  }
  add_features(batch);
  if (!pixels) return batch;
  const channel_statistics of_pixels = channel_statistics_of(data);  // of values in [0, 1]
  for (std::size_t c = 0; c < of_pixels.mean.size(); ++c) {
    batch.mean.push_back(static_cast<float>(255 * of_pixels.mean[c]));
    batch.deviation.push_back(static_cast<float>(255 * of_pixels.deviation[c]));
  }
  return batch;
}

batch_to_mix batch_of_step(std::span<const float> view, std::span<const int> labels, const image_shape& shape) {
  batch_to_mix batch;
  batch_of_step(view, labels, shape, batch);
  return batch;
}

void batch_of_step(std::span<const float> view, std::span<const int> labels, const image_shape& shape,
                   batch_to_mix& batch) {
  batch.shape = shape, batch.black = -2, batch.grey = 0, batch.white = 2;  // about the range of 95 % of the values
  batch.mean.clear(), batch.deviation.clear(), batch.saliency.clear();
  const index_t width = shape.channels * shape.rows * shape.columns;
  batch.images.assign(view.begin(), view.begin() + shape.samples * width);
  batch.labels.assign(labels.begin(), labels.end());
  for (index_t i = 0; i < shape.samples; ++i)
    append_saliency(batch.images.data() + i * width, shape, 1.0F / 64, batch.saliency);
  add_features(batch);
}

void add_noise_images(const batch_to_mix& batch, const mixcon::philox_draws& draws, std::vector<float>& images) {
  const float middle = batch.grey, deviation = (batch.white - batch.black + 1) / 4;
  for (index_t k = 0; k < std::ssize(batch.images); ++k)
    images.push_back(
        std::clamp(middle + deviation * static_cast<float>(draws.normal("noise", k)), batch.black, batch.white));
}

void add_altered_images(const batch_to_mix& batch, const mixcon::philox_draws& draws, std::span<const index_t> depths,
                        std::vector<float>& images) {
  const image_shape& shape = batch.shape;
  const index_t width = shape.channels * shape.rows * shape.columns;
  const lent<float_image> room;
  float_image& image = *room;
  image.channels = shape.channels, image.rows = shape.rows, image.columns = shape.columns;
  for (index_t i = 0; i < shape.samples; ++i) {
    const auto first = batch.images.begin() + i * width;
    image.values.assign(first, first + width);
    for (index_t step = 0; step < depths[static_cast<std::size_t>(i)]; ++step)
      alter(image, draws.integer(mixcon::field("operation").on_try(step), i, 0, 5),
            draws.uniform(mixcon::field("strength").on_try(step), i, 0, 1));
    images.insert(images.end(), image.values.begin(), image.values.end());
  }
}

}  // namespace recipes
}  // namespace mixcon_train
