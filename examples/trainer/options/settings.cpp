// SPDX-License-Identifier: BSD-3-Clause
#include "options/settings.hpp"

#include "data/sets/readers.hpp"
#include "files/file_error.hpp"
#include "options/nearest_name.hpp"

#include <mixcon/core/require.hpp>

#include <nlohmann/json.hpp>

#include <utility>

namespace mixcon_train {
inline namespace options {

namespace {

/// Calls f(name, flag, member) for every setting: the one list from which they are written, read and named.
template <class Settings, class F>
void for_each_setting(Settings& s, const F& f) {
  f("recipe", "--recipe", s.recipe), f("universum", "--universum", s.universum);
  f("partner_share", "--partner-share", s.partner_share), f("alpha", "--alpha", s.alpha);
  f("temperature", "--temperature", s.temperature), f("data", "--data", s.data);
  f("data_folder", "--data-dir", s.data_folder), f("shift", "--shift", s.shift), f("flip", "--flip", s.flip);
  f("erase", "--erase", s.erase), f("architecture", "--arch", s.architecture), f("width", "--width", s.width);
  f("first_stride", "--first-stride", s.first_stride), f("embedding", "--embedding", s.embedding);
  f("precision", "--precision", s.precision), f("batch", "--batch", s.batch), f("images", "--images", s.images);
  f("steps", "--steps", s.steps), f("epochs", "--epochs", s.epochs), f("learning_rate", "--lr", s.learning_rate);
  f("momentum", "--momentum", s.momentum), f("weight_decay", "--weight-decay", s.weight_decay);
  f("schedule", "--schedule", s.schedule), f("warm_up", "--warm-up", s.warm_up), f("average", "--average", s.average);
  f("seed", "--seed", s.seed), f("threads", "--threads", s.threads), f("out", "--out", s.out);
  f("checkpoint_every", "--checkpoint-every", s.checkpoint_every);
}

nlohmann::ordered_json json_of(const settings& chosen) {
  nlohmann::ordered_json written = nlohmann::ordered_json::object();
  for_each_setting(chosen, [&](const char* name, const char*, const auto& value) { written[name] = value; });
  return written;
}

/// Whether JSON can hold a text.
bool can_be_written(const std::string& text) {
  return !nlohmann::json::parse(nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::ignore))
              .get<std::string>()
              .compare(text);
}

void require_in(const char* option, double value, double low, double high) {
  MIXCON_REQUIRE(value >= low && value <= high, option, ": ", value, "; expected a number in [", low, ", ", high, "].");
}

void require_count(const char* option, index_t value, index_t low, index_t high) {
  MIXCON_REQUIRE(value >= low && value <= high, option, ": ", value, "; expected a whole number from ", low, " to ",
                 high, ".");
}

}  // namespace

const std::vector<std::pair<std::string, std::string>>& known_recipes() {
  static const std::vector<std::pair<std::string, std::string>> all{
      {"ce", "cross entropy"},
      {"mixup", "cross entropy on mixed images"},
      {"cutmix", "cross entropy on images with a box of another"},
      {"manifold-mixup", "cross entropy on features mixed at a random layer"},
      {"simclr", "two views of an image attract each other, without labels"},
      {"supcon", "all views of a class attract each other"},
      {"supmix", "SupCon of images and mixtures"},
      {"unicon", "views are drawn to universum images of their class, as in the published code"},
      {"unicon-negatives", "SupCon with universum images as further negatives"}};
  return all;
}

void check_settings(const settings& s) {
  std::vector<std::string> names;
  for (const auto& [name, summary] : known_recipes()) names.push_back(name);
  require_one_of("--recipe", s.recipe, names);
  require_one_of("--universum", s.universum, {"mixup", "cutmix"});
  require_one_of("--data", s.data, data_names());
  require_one_of("--arch", s.architecture, {"resnet8", "resnet14", "resnet20", "resnet18", "resnet34", "resnet50"});
  require_one_of("--precision", s.precision, {"auto", "fp32", "bf16"});
  require_one_of("--schedule", s.schedule, {"cosine", "steps"});
  require_in("--partner-share", s.partner_share, 0, 1);
  require_in("--alpha", s.alpha, 1e-6, 1e6);
  require_in("--temperature", s.temperature, 1e-3, 1e3);
  require_in("--flip", s.flip, 0, 1);
  require_in("--erase", s.erase, 0, 1);
  require_in("--lr", s.learning_rate, 0, 1e3);
  require_in("--momentum", s.momentum, 0, 1);
  require_in("--weight-decay", s.weight_decay, 0, 1);
  require_in("--warm-up", s.warm_up, 0, 1);
  require_in("--average", s.average, 0, 1);
  require_count("--shift", s.shift, 0, 64);
  require_count("--width", s.width, 1, 1024);
  require_count("--first-stride", s.first_stride, 1, 4);
  require_count("--embedding", s.embedding, 2, 65536);
  require_count("--batch", s.batch, 2, 65536);
  require_count("--images", s.images, 1, index_t{1} << 50);
  require_count("--steps", s.steps, 0, index_t{1} << 40);
  require_count("--epochs", s.epochs, 0, index_t{1} << 30);
  require_count("--threads", s.threads, 0, 1024);
  require_count("--checkpoint-every", s.checkpoint_every, 1, index_t{1} << 40);
  MIXCON_REQUIRE(s.steps == 0 || s.epochs == 0, "--steps and --epochs both say how long to train; give one of them.");
  for (const auto& [flag, path] : {std::pair{"--out", &s.out}, std::pair{"--data-dir", &s.data_folder}})
    MIXCON_REQUIRE(can_be_written(*path), flag,
                   ": the name of this folder is not UTF-8, and records of a run could not ",
                   "hold it. Expected another name.");
}

std::string to_json(const settings& chosen) { return json_of(chosen).dump(); }

settings settings_from_json(const std::string& text, const std::string& path) {
  const auto read = nlohmann::json::parse(text, nullptr, false);
  const char* const advice = ". Was it written by another version of mixcon-train?";
  if (!read.is_object()) refuse_file(path, ": its settings are no JSON object", advice);
  settings chosen;
  std::size_t found = 0;
  for_each_setting(chosen, [&](const char* name, const char*, auto& value) {
    using value_type = std::remove_reference_t<decltype(value)>;
    const auto at = read.find(name);
    if (at == read.end()) refuse_file(path, ": its settings lack ", name, advice);
    const bool fits = std::is_same_v<value_type, std::string> ? at->is_string()
                      : std::is_floating_point_v<value_type>  ? at->is_number()
                                                              : at->is_number_integer();
    if (!fits) refuse_file(path, ": its setting ", name, " is ", at->dump(), ", of another type", advice);
    value = at->get<value_type>();
    ++found;
  });
  if (found != read.size()) refuse_file(path, ": its settings hold names that are not known", advice);
  return chosen;
}

std::string flag_of(const std::string& setting) {
  std::string found;
  const settings any;
  for_each_setting(any, [&](const char* name, const char* flag, const auto&) {
    if (setting == name) found = flag;
  });
  MIXCON_REQUIRE(!found.empty(), "flag_of: there is no setting ", setting, ".");
  return found;
}

std::vector<std::pair<std::string, std::string>> named_values(const settings& chosen) {
  std::vector<std::pair<std::string, std::string>> values;
  const nlohmann::ordered_json written = json_of(chosen);
  for (const auto& [name, value] : written.items())
    values.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
  return values;
}

}  // namespace options
}  // namespace mixcon_train
