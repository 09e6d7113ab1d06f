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

option_part part_of(std::vector<std::string> names, part_sort sort, const std::string& title, any_options kept) {
  option_part part{std::move(names), sort, title, std::move(kept)};
  part.list.section(title);
  part.kept.declare(part.list);
  return part;
}

/// The options that one data set takes.
struct set_options {
  std::string name{};
  reader_options readers{};
  void declare(option_list& to) { readers.declare_for(name, to); }
};

}  // namespace

const char* flag_of(part_sort sort) {
  switch (sort) {
    case part_sort::recipe:
      return "--recipe";
    case part_sort::encoder:
      return "--arch";
    default:
      return "--data";
  }
}

std::vector<option_part> all_option_parts() {
  std::vector<option_part> parts;
  parts.push_back(part_of({}, part_sort::common, "data", any_options::of(data_options{})));
  parts.push_back(part_of({}, part_sort::common, "views", any_options::of(view_switch{})));
  parts.push_back(part_of({}, part_sort::common, "training", any_options::of(training_options{})));
  parts.push_back(part_of({}, part_sort::common, "run", any_options::of(run_options{})));
  for (const recipe_entry& each : all_recipes())
    parts.push_back(part_of({each.name}, part_sort::recipe, std::string("recipe ") + each.name, each.new_options()));
  for (const encoder_entry& each : all_encoders())
    parts.push_back(part_of(each.names, part_sort::encoder, "encoder " + each.family, each.new_options()));
  for (const std::string& name : data_names())
    parts.push_back(part_of({name}, part_sort::data_set, "data set " + name, any_options::of(set_options{name})));
  const auto add_views = [&](const char* plural, any_options views) {
    parts.push_back(part_of({plural}, part_sort::views, std::string("views of ") + plural, std::move(views)));
  };
  add_views("images", any_options::of(small_image_augmentation()));
  add_views("rows", any_options::of(row_view_options{}));
  add_views("clips", any_options::of(clip_view_options{}));
  return parts;
}

}  // namespace run
}  // namespace mixcon_train
