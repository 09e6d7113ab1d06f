// SPDX-License-Identifier: BSD-3-Clause
#include "train/policy_sheet.hpp"

#include "image/contact_sheet.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <iterator>

namespace mixcon_train {

namespace {

/// Samples in random order, the first of every class before the second of any.
std::vector<index_t> samples_to_show(const data_set& data, index_t samples, std::uint64_t seed) {
  std::vector<index_t> order(static_cast<std::size_t>(data.samples())), rank(order.size()),
      seen(data.class_names.size());
  mixcon::philox_draws{.seed = seed}.within("sheet").permutation("order", {order.data(), {std::ssize(order)}});
  for (const index_t i : order) rank[static_cast<std::size_t>(i)] = seen[static_cast<std::size_t>(data.label(i))]++;
  std::stable_sort(order.begin(), order.end(), [&](index_t a, index_t b) {
    return rank[static_cast<std::size_t>(a)] < rank[static_cast<std::size_t>(b)];
  });
  order.resize(static_cast<std::size_t>(samples));
  return order;
}

/// How much the brightness of an image (C, H, W) changes around each pixel, and a little everywhere: (H, W).
void append_saliency(const data_set& data, index_t sample, std::vector<float>& saliency) {
  const index_t rows = data.shape.rows, columns = data.shape.columns;
  const auto brightness = [&](index_t y, index_t x) {
    float sum = 0;
    for (index_t c = 0; c < data.shape.channels; ++c)
      sum += data.image(
          sample)[(c * rows + std::clamp<index_t>(y, 0, rows - 1)) * columns + std::clamp<index_t>(x, 0, columns - 1)];
    return sum;
  };
  const auto change = [&](index_t y, index_t x) {
    return std::hypot(brightness(y + 1, x) - brightness(y - 1, x), brightness(y, x + 1) - brightness(y, x - 1));
  };
  for (index_t y = 0; y < rows; ++y)
    for (index_t x = 0; x < columns; ++x) {
      float sum = 1;
      for (index_t dy = -1; dy <= 1; ++dy)
        for (index_t dx = -1; dx <= 1; ++dx) sum += change(y + dy, x + dx);
      saliency.push_back(sum);
    }
}

std::string two_digits(double number) {
  char text[16];
  std::snprintf(text, sizeof text, "%.2f", number);
  return text;
}

}  // namespace

batch_to_mix batch_to_show(const data_set& data, index_t samples, std::uint64_t seed) {
  MIXCON_REQUIRE(1 <= samples && samples <= data.samples(), "batch_to_show: ", samples, " of the ", data.samples(),
                 " images of ", data.name, "; expected at least one, and not more than there are.");
  batch_to_mix batch{.shape = data.shape};
  batch.shape.samples = samples;
  for (const index_t i : samples_to_show(data, samples, seed)) {
    batch.images.insert(batch.images.end(), data.image(i), data.image(i) + data.width());
    append_saliency(data, i, batch.saliency);
    batch.labels.push_back(data.label(i));
  }
  return batch;
}

picture policy_sheet(const data_set& data, const std::string& policy, const sheet_options& options) {
  const policy_entry& entry = policy_called(policy);
  const batch_to_mix batch = batch_to_show(data, options.samples, options.seed);
  const mixed_batch mixed = entry.mix(batch, {.seed = options.seed}, options.policy);

  const auto tile = [&](const std::vector<float>& images, index_t i, const std::string& caption) {
    const mixcon::axes<3> extents{data.shape.channels, data.shape.rows, data.shape.columns};
    return captioned{picture_of({images.data() + i * data.width(), extents}), caption};
  };
  const auto class_of = [&](index_t i) {
    return data.class_names[static_cast<std::size_t>(batch.labels[static_cast<std::size_t>(i)])];
  };
  sheet_row own{.title = "own"}, partner{.title = "partner"}, kept{.title = "kept"}, blended{.title = "mixed"};
  for (index_t i = 0; i < options.samples; ++i) {
    const index_t other = mixed.partner[static_cast<std::size_t>(i)];
    own.tiles.push_back(tile(batch.images, i, class_of(i)));
    partner.tiles.push_back(tile(batch.images, other, class_of(other)));
    kept.tiles.push_back(tile(mixed.keep, i, ""));
    blended.tiles.push_back(tile(mixed.images, i, two_digits(mixed.lambda[static_cast<std::size_t>(i)])));
  }
  return contact_sheet(std::string(entry.name) + ": the share of the own label stands below each mixed image",
                       {own, partner, kept, blended});
}

}  // namespace mixcon_train
