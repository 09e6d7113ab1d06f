// SPDX-License-Identifier: BSD-3-Clause
#include "run/settings.hpp"

#include "files/file_error.hpp"
#include "options/nearest_name.hpp"
#include "recipes/all_encoders.hpp"
#include "recipes/all_recipes.hpp"
#include "run/option_parts.hpp"

#include <mixcon/core/require.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mixcon_train {
inline namespace run {

namespace {

using json = nlohmann::ordered_json;

/// The last value that was given for an option; null: none.
const given_value* last_of(const std::vector<given_value>& given, const char* name) {
  const given_value* found = nullptr;
  for (const given_value& each : given)
    if (each.name == name) found = &each;
  return found;
}

void set_if_there(const option_list& list, const std::vector<preferred_value>& values) {
  for (const auto& [name, text] : values)
    if (const option* const found = list.find(name)) set_option(*found, text, "--" + name);
}

/// A data set says how far its samples may be altered: of that and what a recipe prefers, the milder counts.
void keep_within(const option_list& list, const std::vector<data_limit>& limits) {
  for (const data_limit& limit : limits) {
    const option* const found = list.find(limit.option);
    if (found == nullptr) continue;
    const double now = std::stod(text_of(*found)), bound = std::stod(limit.value);
    if (limit.is_least ? now < bound : now > bound) set_option(*found, limit.value, found->flag());
  }
}

/// What lacks an option of a part of that sort.
std::string without(part_sort sort, const settings& chosen) {
  switch (sort) {
    case part_sort::recipe:
      return "the recipe " + chosen.recipe;
    case part_sort::encoder:
      return "the encoder " + chosen.architecture;
    case part_sort::data_set:
      return "the data set " + chosen.data.name;
    default:
      return std::string("a run on ") + to_string(chosen.kind()) + "s";
  }
}

void require_one_length(const std::vector<given_value>& given) {
  std::vector<std::string> lengths;
  for (const char* name : {"images", "steps", "epochs"}) {
    const given_value* const value = last_of(given, name);
    if (value != nullptr && !value->implied && (value->text != "0" || value->name == "images"))
      lengths.push_back("--" + value->name);
  }
  MIXCON_REQUIRE(lengths.size() <= 1, listed(lengths), " each say how long to train; give one of them.");
}

std::vector<preferred_value> values_of(const json& read, const std::string& path) {
  std::vector<preferred_value> values;
  for (const auto& [name, value] : read.items()) {
    if (!value.is_string() && !value.is_number() && !value.is_boolean())
      refuse_file(path, ": its setting ", name, " is ", value.dump(), "; expected a text, number or switch");
    values.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
  }
  return values;
}

}  // namespace

settings::settings(const std::vector<given_value>& given) {
  const auto take = [&](const char* name, std::string& to) {
    if (const given_value* const value = last_of(given, name)) to = value->text;
  };
  take("recipe", recipe), take("data", data.name), take("data-dir", data.folder);
  const recipe_entry& entry = recipe_called(recipe);
  require_one_of("--data", data.name, data_names());
  data.name = meant_data_set(data.name, data.folder);
  architecture = usual_encoder(kind());
  take("arch", architecture);
  const encoder_entry& encodes = encoder_called(architecture);
  MIXCON_REQUIRE(entry.takes(kind()), "--recipe: ", recipe, " does not learn from ", to_string(kind()), "s, which ",
                 data.name, " holds; choose another by --recipe or --data.");
  MIXCON_REQUIRE(std::count(encodes.kinds.begin(), encodes.kinds.end(), kind()) > 0, "--arch: ", architecture,
                 " does not encode ", to_string(kind()), "s, which ", data.name, " holds; leave it out for ",
                 usual_encoder(kind()), ".");
  of_recipe = entry.new_options(), of_encoder = encodes.new_options();

  const option_list options = list();
  if (const given_value* const colour = last_of(given, "image-colour"))
    set_if_there(options, {{"image-colour", colour->text}});  // views follow it
  set_if_there(options, entry.preferred(kind(), channels_of_data(data.name, data.readers)));
  keep_within(options, limits_of_data(data.name));
  for (const given_value& value : given) {
    const option* const found = options.find(value.name);
    if (found != nullptr && value.name != "data")
      set_option(*found, value.text, value.where);
    else if (found == nullptr && !value.implied)
      refuse_option(value, *this);
  }
  require_one_length(given);
  const option_list set = list();
  for (const given_value& value : given) {
    const option* const found = set.find(value.name);
    MIXCON_REQUIRE(value.implied || found == nullptr || found->idle.empty(), value.where, ": ", found->idle,
                   "; leave it out.");
  }
}

sample_kind settings::kind() const { return kind_of_data(data.name); }

option_list settings::list() {
  option_list all;
  all.section("what to learn by");
  all.add("recipe", recipe, recipe_names(), "what to learn by");
  all.add("arch", architecture, encoder_names(), "encoder");
  all.section("recipe " + recipe), of_recipe.declare(all);
  all.section("encoder"), of_encoder.declare(all);
  all.section("data"), data.declare(all);
  all.section("views"), views.declare(all, kind());
  all.section("training"), training.declare(all);
  all.section("run"), run.declare(all);
  return all;
}

void refuse_option(const given_value& value, settings chosen) {
  std::vector<std::string> owners;
  part_sort sort = part_sort::common;
  for (const option_part& part : all_option_parts()) {
    if (part.sort == part_sort::common || part.list.find(value.name) == nullptr) continue;
    if (sort != part_sort::common && part.sort != sort) continue;
    sort = part.sort;
    owners.insert(owners.end(), part.names.begin(), part.names.end());
  }
  const bool many = owners.size() > 1 || sort == part_sort::views;
  MIXCON_REQUIRE(owners.empty(), value.where, ": ", without(sort, chosen), " does not use it; ", listed(owners),
                 many ? " do" : " does", ". Leave it out, or choose one of these by ", flag_of(sort), ".");
  const std::string meant = nearest_name(value.name, chosen.list().names());
  MIXCON_REQUIRE(false, value.where, ": there is no such option",
                 meant.empty() ? "." : "; did you mean " + meant + "?");
}

bool operator==(const settings& a, const settings& b) { return named_values(a) == named_values(b); }

settings settings_with(const std::vector<std::pair<std::string, std::string>>& values) {
  std::vector<given_value> given;
  for (const auto& [name, text] : values) given.push_back({name, text, "--" + name});
  return settings(given);
}

std::string to_json(const settings& chosen) {
  json written = json::object();
  settings copy = chosen;
  const option_list options = copy.list();
  for (const option& each : options.all())
    if (each.idle.empty()) written[each.name] = each.is_text() ? json(text_of(each)) : json::parse(text_of(each));
  return written.dump();
}

settings settings_from_json(const std::string& text, const std::string& path) {
  const auto read = json::parse(text, nullptr, false);
  const char* const advice = ". Was it written by another version of mixcon-train?";
  if (!read.is_object()) refuse_file(path, ": its settings are no JSON object", advice);
  std::vector<given_value> given;
  for (const auto& [name, value] : values_of(read, path))
    if (!value.empty()) given.push_back({name, value, "its setting " + name});  // an empty text is a default
  try {
    settings chosen;
    for (given_value& each : given)
      if (each.name == "images" || each.name == "steps" || each.name == "epochs") each.implied = true;
    chosen = settings(given);
    const option_list options = chosen.list();
    for (const option& each : options.all())
      if (each.idle.empty() && !read.contains(each.name)) refuse_file(path, ": its settings lack ", each.name, advice);
    return chosen;
  } catch (const std::invalid_argument& why) {
    refuse_file(path, ": ", why.what());
  }
}

std::vector<std::pair<std::string, std::string>> named_values(const settings& chosen) {
  std::vector<std::pair<std::string, std::string>> values;
  settings copy = chosen;
  const option_list options = copy.list();
  for (const option& each : options.all())
    if (each.idle.empty()) values.emplace_back(each.name, text_of(each));
  return values;
}

}  // namespace run
}  // namespace mixcon_train
