// SPDX-License-Identifier: BSD-3-Clause
#include "report/policy_sheet.hpp"

#include "pictures/contact_sheet.hpp"
#include "recipes/batch_to_mix.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <vector>

namespace mixcon_train {
inline namespace report {

namespace {

std::string two_digits(double number) {
  char text[16];
  std::snprintf(text, sizeof text, "%.2f", number);
  return text;
}

/// A row of numbers as bars, and a clip with its low tones below.
picture as_shown(const picture& sample, sample_kind kind) {
  if (kind == sample_kind::image) return sample;
  const bool bars = kind == sample_kind::row;
  const index_t rows = bars ? std::max<index_t>(2, sample.columns() / 3) : sample.rows();
  picture shown(rows, sample.columns());
  for (index_t y = 0; y < rows; ++y)
    for (index_t x = 0; x < sample.columns(); ++x) shown(y, x) = sample(bars ? 0 : rows - 1 - y, x);
  return shown;
}

/// What became of a batch of a data set.
picture sheet_of(const std::string& title, const data_set& data, const batch_to_mix& batch, const mixed_batch& mixed) {
  const auto tile = [&](const std::vector<float>& images, index_t columns, index_t i, const std::string& caption) {
    const mixcon::axes<3> extents{data.shape.channels, data.shape.rows, columns};
    const index_t width = data.shape.channels * data.shape.rows * columns;
    return captioned{as_shown(picture_of({images.data() + i * width, extents}), data.kind), caption};
  };
  const auto class_of = [&](index_t i) {
    return data.class_names[static_cast<std::size_t>(batch.labels[static_cast<std::size_t>(i)])];
  };
  const index_t columns = data.shape.columns;
  sheet_row own{.title = "own"}, partner{.title = "partner"}, kept{.title = "kept"}, blended{.title = "mixed"};
  for (index_t i = 0; i < batch.shape.samples; ++i) {
    const index_t other = mixed.partner[static_cast<std::size_t>(i)];
    own.tiles.push_back(tile(batch.images, columns, i, class_of(i)));
    partner.tiles.push_back(tile(mixed.partner_images, columns, i, mixed.partners_are_of_batch ? class_of(other) : ""));
    kept.tiles.push_back(tile(mixed.keep, mixed.columns, i, ""));
    blended.tiles.push_back(
        tile(mixed.images, mixed.columns, i, two_digits(mixed.lambda[static_cast<std::size_t>(i)])));
  }
  std::vector<sheet_row> rows{own, partner, kept, blended};
  if (mixed.partner_images == batch.images) rows.erase(rows.begin() + 1);  // nobody has a partner
  return contact_sheet(title, rows);
}

}  // namespace

picture policy_sheet(const data_set& data, const std::string& policy, const sheet_options& options) {
  const policy_entry& entry = policy_called(policy);
  const batch_to_mix batch = batch_to_show(data, options.samples, options.seed);
  const mixed_batch mixed = entry.mix(batch, {.seed = options.seed}, options.policy);
  return sheet_of(std::string(entry.name) + ": " + entry.summary, data, batch, mixed);
}

picture policy_sheet(const data_set& data, const std::string& recipe, learned_policy& policy,
                     const sheet_options& options) {
  const batch_to_mix batch = batch_to_show(data, options.samples, options.seed);
  return sheet_of(recipe + ": " + policy.summary(), data, batch, policy.mix(batch, {.seed = options.seed}));
}

}  // namespace report
}  // namespace mixcon_train
