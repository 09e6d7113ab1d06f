// SPDX-License-Identifier: BSD-3-Clause
#include "data/views/float_image.hpp"

#include <mixcon/core/number/portable_math.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace mixcon_train {
inline namespace data {

namespace {

float within_range(float value) { return value < 0 ? 0 : value > 255 ? 255 : value; }

/// Position `at` of a line of `length` that goes back and forth between its ends.
index_t mirrored(index_t at, index_t length) {
  if (length == 1) return 0;
  const index_t period = 2 * (length - 1);
  at = (at % period + period) % period;
  return at < length ? at : period - at;
}

/// Where output position `at` of `length` lies between two positions of [begin, end).
struct between {
  index_t low, high;
  float share;  // of high
};
between source_of(index_t at, index_t length, index_t begin, index_t end) {
  const float span = static_cast<float>(end - begin);
  const float place = (static_cast<float>(at) + 0.5F) * span / static_cast<float>(length) - 0.5F;
  const float inside = std::clamp(place, 0.0F, span - 1);
  const auto low = static_cast<index_t>(inside);
  return {begin + low, begin + std::min(low + 1, end - begin - 1), inside - static_cast<float>(low)};
}

}  // namespace

void float_image::reserve(const image_shape& shape, double deviation) {
  const auto reach = static_cast<index_t>(std::ceil(3 * deviation));
  const index_t image = shape.channels * shape.rows * shape.columns;
  const auto most = static_cast<std::size_t>(std::max(image, std::max(shape.rows, shape.columns) + 2 * reach));
  values.reserve(most), other.reserve(most);  // the two change places
  line.reserve(static_cast<std::size_t>(2 * reach + 1));
}

void float_image::assign_shifted(const data_set& data, index_t sample, index_t down, index_t right) {
  channels = data.shape.channels, rows = data.shape.rows, columns = data.shape.columns;
  values.assign(static_cast<std::size_t>(data.width()), 0.0F);
  const std::uint8_t* from = data.image(sample);
  for (index_t c = 0; c < channels; ++c)
    for (index_t y = std::max<index_t>(0, down); y < std::min(rows, rows + down); ++y)
      for (index_t x = std::max<index_t>(0, right); x < std::min(columns, columns + right); ++x)
        channel(c)[y * columns + x] = from[(c * rows + y - down) * columns + x - right];
}

void float_image::zoom_into(const mixcon::box& part) {
  other.resize(values.size());
  for (index_t c = 0; c < channels; ++c)
    for (index_t y = 0; y < rows; ++y) {
      const between row = source_of(y, rows, part.top, part.bottom);
      const float* upper = channel(c) + row.low * columns;
      const float* lower = channel(c) + row.high * columns;
      float* out = other.data() + (c * rows + y) * columns;
      for (index_t x = 0; x < columns; ++x) {
        const between column = source_of(x, columns, part.left, part.right);
        const float above = std::lerp(upper[column.low], upper[column.high], column.share);
        const float below = std::lerp(lower[column.low], lower[column.high], column.share);
        out[x] = std::lerp(above, below, row.share);
      }
    }
  std::swap(values, other);
}

void float_image::flip() {
  for (index_t row = 0; row < channels * rows; ++row)
    std::reverse(values.data() + row * columns, values.data() + (row + 1) * columns);
}

void float_image::scale_brightness(float factor) {
  for (float& value : values) value = within_range(value * factor);
}

float float_image::luminance(index_t pixel) const {
  const float* red = values.data() + pixel;
  return channels == 3 ? 0.299F * red[0] + 0.587F * red[pixels()] + 0.114F * red[2 * pixels()] : red[0];
}

void float_image::scale_contrast(float factor) {
  double sum = 0;
  for (index_t p = 0; p < pixels(); ++p) sum += static_cast<double>(luminance(p));
  const float mean = static_cast<float>(sum / static_cast<double>(pixels()));
  for (float& value : values) value = within_range(mean + factor * (value - mean));
}

void float_image::scale_saturation(float factor) {
  if (channels != 3) return;
  for (index_t p = 0; p < pixels(); ++p) {
    const float grey = luminance(p);
    for (index_t c = 0; c < channels; ++c) {
      float& value = channel(c)[p];
      value = within_range(grey + factor * (value - grey));
    }
  }
}

void float_image::blur(double deviation) {
  const auto reach = static_cast<index_t>(std::ceil(3 * deviation));
  std::vector<float>& weights = line;
  weights.clear();
  double sum = 0;
  for (index_t k = -reach; k <= reach; ++k) {
    const double distance = static_cast<double>(k) / deviation;
    weights.push_back(static_cast<float>(mixcon::portable::exp(-0.5 * distance * distance)));
    sum += static_cast<double>(weights.back());
  }
  for (float& weight : weights) weight = static_cast<float>(static_cast<double>(weight) / sum);
  for (index_t row = 0; row < channels * rows; ++row) blur_line(values.data() + row * columns, columns, 1);
  for (index_t c = 0; c < channels; ++c)
    for (index_t x = 0; x < columns; ++x) blur_line(channel(c) + x, rows, columns);
}

void float_image::blur_line(float* first, index_t length, index_t step) {
  const auto reach = static_cast<index_t>(line.size() / 2);
  other.clear();
  for (index_t at = -reach; at < length + reach; ++at) other.push_back(first[mirrored(at, length) * step]);
  for (index_t at = 0; at < length; ++at) {
    float sum = 0;
    for (index_t k = 0; k <= 2 * reach; ++k)
      sum += line[static_cast<std::size_t>(k)] * other[static_cast<std::size_t>(at + k)];
    first[at * step] = sum;
  }
}

}  // namespace data
}  // namespace mixcon_train
