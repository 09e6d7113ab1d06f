// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/preferred_views.hpp"

#include "data/views/views.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

std::vector<preferred_value> values_of(view_options views, sample_kind kind) {
  option_list list;
  views.declare(list, kind);
  std::vector<preferred_value> values;
  for (const option& each : list.all())
    if (each.name != "no-augmentation") values.emplace_back(each.name, text_of(each));
  return values;
}

}  // namespace

std::vector<preferred_value> contrastive_views(sample_kind kind, index_t channels) {
  if (kind == sample_kind::image) return values_of({.image = contrastive_image_views(channels)}, kind);
  return views_of_numbers(kind);
}

std::vector<preferred_value> views_of_numbers(sample_kind kind) {
  view_options views;
  views.row.input_drop = 0.2;
  views.clip.time_shift = 10, views.clip.time.count = 2, views.clip.frequency.count = 2;
  if (kind == sample_kind::image) return {};
  return values_of(views, kind);
}

}  // namespace recipes
}  // namespace mixcon_train
