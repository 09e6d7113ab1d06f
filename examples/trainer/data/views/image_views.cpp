// SPDX-License-Identifier: BSD-3-Clause
#include "data/views/image_views.hpp"

#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/mix/draw/draws.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace mixcon_train {
inline namespace data {

namespace {

using mixcon::box;
using mixcon::field;
using mixcon::philox_draws;
namespace portable = mixcon::portable;

bool happens(const philox_draws& draws, field name, index_t sample, double probability) {
  return probability > 0 && draws.uniform(name, sample, 0, 1) < probability;
}

index_t rounded(double length) { return static_cast<index_t>(std::floor(length + 0.5)); }

/// A random part of the image by share of the area and aspect, the first of ten tries that fits.
template <class Part>
std::optional<box> random_part(const Part& wanted, const image_shape& shape, const philox_draws& draws,
                               index_t sample) {
  const double area = static_cast<double>(shape.rows * shape.columns);
  for (index_t k = 0; k < 10; ++k) {
    const double share = draws.uniform(field("share").on_try(k), sample, wanted.smallest, wanted.largest);
    const double log_aspect =
        draws.uniform(field("aspect").on_try(k), sample, portable::log(wanted.narrowest), portable::log(wanted.widest));
    const double aspect = portable::exp(log_aspect);
    const index_t width = rounded(portable::sqrt(area * share * aspect));
    const index_t height = rounded(portable::sqrt(area * share / aspect));
    if (width < 1 || height < 1 || width > shape.columns || height > shape.rows) continue;
    const index_t top = draws.integer(field("top").on_try(k), sample, 0, shape.rows - height + 1);
    const index_t left = draws.integer(field("left").on_try(k), sample, 0, shape.columns - width + 1);
    return box{top, top + height, left, left + width};
  }
  return std::nullopt;
}

/// The largest part in the middle with an allowed aspect.
box middle_part(const image_view_options::resized_crop& wanted, const image_shape& shape) {
  const auto rows = static_cast<double>(shape.rows), columns = static_cast<double>(shape.columns);
  index_t height = shape.rows, width = shape.columns;
  if (columns / rows < wanted.narrowest) height = std::clamp<index_t>(rounded(columns / wanted.narrowest), 1, height);
  if (columns / rows > wanted.widest) width = std::clamp<index_t>(rounded(rows * wanted.widest), 1, width);
  const index_t top = (shape.rows - height) / 2, left = (shape.columns - width) / 2;
  return {top, top + height, left, left + width};
}

/// The image, moved and perhaps mirrored, through the table: all that the usual augmentation needs.
void write_moved(const data_set& data, const view_key& key, index_t down, index_t right, bool flip,
                 const pixel_table& table, float* view) {
  const index_t rows = data.shape.rows, columns = data.shape.columns;
  const index_t first = std::clamp<index_t>(right, 0, columns), end = std::clamp<index_t>(columns + right, 0, columns);
  const std::uint8_t* from = data.image(key.sample);
  for (index_t c = 0; c < data.shape.channels; ++c, from += rows * columns) {
    const float* shown = table.of(c);
    for (index_t y = 0; y < rows; ++y, view += columns) {
      std::fill(view, view + columns, shown[0]);
      if (y < down || y >= rows + down) continue;
      const std::uint8_t* line = from + (y - down) * columns;
      if (flip)
        for (index_t x = first; x < end; ++x) view[columns - 1 - x] = shown[line[x - right]];
      else
        for (index_t x = first; x < end; ++x) view[x] = shown[line[x - right]];
    }
  }
}

void write_normalised(const float_image& image, const channel_statistics& statistics, float* view) {
  const float* from = image.values.data();
  for (std::size_t c = 0; c < statistics.mean.size(); ++c) {
    const float mean = static_cast<float>(255 * statistics.mean[c]);
    const float scale = static_cast<float>(1 / (255 * statistics.deviation[c]));
    for (index_t p = 0; p < image.pixels(); ++p) *view++ = (*from++ - mean) * scale;
  }
}

void cover(const box& part, const image_shape& shape, float* view) {
  for (index_t c = 0; c < shape.channels; ++c)
    for (index_t y = part.top; y < part.bottom; ++y) {
      float* row = view + (c * shape.rows + y) * shape.columns;
      std::fill(row + part.left, row + part.right, 0.0F);  // the mean of the data set
    }
}

/// The factor that a strength draws: uniform in [max(0, 1 - strength), 1 + strength].
float drawn_factor(const philox_draws& draws, field name, index_t sample, double strength) {
  if (strength == 0) return 1;
  return static_cast<float>(draws.uniform(name, sample, std::max(0.0, 1 - strength), 1 + strength));
}

void jitter_colours(const image_view_options::colour_jitter& jitter, const philox_draws& draws, index_t sample,
                    float_image& image) {
  const float brightness = drawn_factor(draws, "brightness", sample, jitter.brightness);
  const float contrast = drawn_factor(draws, "contrast", sample, jitter.contrast);
  const float saturation = drawn_factor(draws, "saturation", sample, jitter.saturation);
  const index_t orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  for (const index_t step : orders[draws.integer("jitter_order", sample, 0, 6)]) {
    if (step == 0) image.scale_brightness(brightness);
    if (step == 1) image.scale_contrast(contrast);
    if (step == 2) image.scale_saturation(saturation);
  }
}

}  // namespace

image_views::image_views(const data_set& data, const channel_statistics& statistics, const image_view_options& chosen)
    : view_maker(data), chosen_(chosen), statistics_(statistics), table_(statistics) {
  require_kind(data, sample_kind::image, "image_views");
  check_image_view_options(chosen, "image_views");
  require_statistics_fit(data, statistics, "image_views");
  MIXCON_REQUIRE(chosen.shift < data.shape.rows && chosen.shift < data.shape.columns,
                 "image_views: --shift: ", chosen.shift, " pixels, and the images of ", data.name, " are ",
                 data.shape.rows, " x ", data.shape.columns, "; expected less than both.");
  MIXCON_REQUIRE(
      (chosen.jitter.probability == 0 && chosen.grey == 0) || data.shape.channels == 1 || data.shape.channels == 3,
      "image_views: --jitter and --grey need the luminance, and the images of ", data.name, " have ",
      data.shape.channels, " channels; expected 1 or 3 (red, green, blue).");
}

view_room image_views::new_room() const {
  view_room room;
  room.image.reserve(data().shape, chosen_.blur.probability > 0 ? chosen_.blur.largest : 0);
  return room;
}

void image_views::view(const view_key& key, float* out, view_room& room) const {
  const index_t sample = key.sample;
  const philox_draws draws =
      philox_draws{.seed = key.seed, .step = key.epoch}.within("augmentation").within(field("view").on_try(key.view));

  index_t down = 0, right = 0;
  if (chosen_.shift > 0) {
    down = draws.integer("down", sample, -chosen_.shift, chosen_.shift + 1);
    right = draws.integer("right", sample, -chosen_.shift, chosen_.shift + 1);
  }
  const bool crop = happens(draws, "crop", sample, chosen_.crop.probability);
  const bool flip = happens(draws, "flip", sample, chosen_.flip);
  const bool jitter = happens(draws, "jitter", sample, chosen_.jitter.probability);
  const bool grey = happens(draws, "grey", sample, chosen_.grey);
  const bool blur = happens(draws, "blur", sample, chosen_.blur.probability);

  if (!crop && !jitter && !grey && !blur) {
    write_moved(data(), key, down, right, flip, table_, out);
  } else {
    room.image.assign_shifted(data(), sample, down, right);
    if (crop)
      room.image.zoom_into(random_part(chosen_.crop, data().shape, draws.within("crop"), sample)
                               .value_or(middle_part(chosen_.crop, data().shape)));
    if (flip) room.image.flip();
    if (jitter) jitter_colours(chosen_.jitter, draws, sample, room.image);
    if (grey) room.image.make_grey();
    if (blur) room.image.blur(draws.uniform("deviation", sample, chosen_.blur.smallest, chosen_.blur.largest));
    write_normalised(room.image, statistics_, out);
  }
  if (happens(draws, "erase", sample, chosen_.erase.probability))
    if (const auto part = random_part(chosen_.erase, data().shape, draws.within("erase"), sample))
      cover(*part, data().shape, out);
}

}  // namespace data
}  // namespace mixcon_train
