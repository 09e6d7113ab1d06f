// SPDX-License-Identifier: BSD-3-Clause
#include "run/option_parts.hpp"

#include "data/data_options.hpp"
#include "data/views/views.hpp"
#include "recipes/all_encoders.hpp"
#include "recipes/all_recipes.hpp"
#include "run/run_options.hpp"
#include "run/training_options.hpp"

#include <utility>

namespace mixcon_train {
inline namespace run {

namespace {

option_part part_of(std::vector<std::string> names, const char* chosen_by, const std::string& title, any_options kept) {
  option_part part{std::move(names), chosen_by, title, std::move(kept)};
  part.list.section(title);
  part.kept.declare(part.list);
  return part;
}

}  // namespace

std::vector<option_part> all_option_parts() {
  std::vector<option_part> parts;
  parts.push_back(part_of({}, "", "data", any_options::of(data_options{})));
  parts.push_back(part_of({}, "", "training", any_options::of(training_options{})));
  parts.push_back(part_of({}, "", "run", any_options::of(run_options{})));
  for (const recipe_entry& each : all_recipes())
    parts.push_back(part_of({each.name}, "--recipe", std::string("recipe ") + each.name, each.new_options()));
  for (const encoder_entry& each : all_encoders())
    parts.push_back(part_of(each.names, "--arch", "encoder " + each.family, each.new_options()));
  const auto add_views = [&](const char* plural, any_options views) {
    parts.push_back(part_of({plural}, "--data", std::string("views of ") + plural, std::move(views)));
  };
  add_views("images", any_options::of(small_image_augmentation()));
  add_views("rows", any_options::of(row_view_options{}));
  add_views("clips", any_options::of(clip_view_options{}));
  return parts;
}

}  // namespace run
}  // namespace mixcon_train
