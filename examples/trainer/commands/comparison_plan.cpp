// SPDX-License-Identifier: BSD-3-Clause
#include "commands/comparison_plan.hpp"

#include "files/file_error.hpp"
#include "options/nearest_name.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <set>
#include <sstream>
#include <utility>

namespace mixcon_train {
inline namespace commands {

namespace {

bool is_length(const std::string& name) { return name == "images" || name == "steps" || name == "epochs"; }

/// "3", for 0, 1 and 2, or "[4, 7]".
std::vector<std::uint64_t> seeds_of(const given_value& value) {
  const bool is_list = value.text.starts_with("[");
  std::istringstream words(is_list ? value.text.substr(1, value.text.size() - 2) : value.text);
  std::vector<std::uint64_t> seeds;
  for (std::string word; std::getline(words >> std::ws, word, ',');) {
    std::uint64_t seed = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), seed);
    const bool fits =
        error == std::errc{} && end == word.data() + word.size() && (is_list || (seed > 0 && seed < 1001));
    if (!fits) refuse_file(value.where, ": ", word, "; expected a count from 1 to 1000, or a list such as [0, 1, 2].");
    seeds.push_back(seed);
  }
  if (seeds.empty()) refuse_file(value.where, ": it is empty; expected a count from 1 to 1000, or a list of seeds.");
  if (std::set<std::uint64_t>(seeds.begin(), seeds.end()).size() < seeds.size())
    refuse_file(value.where, ": ", value.text, " has a seed twice; expected different ones.");
  if (is_list) return seeds;
  std::vector<std::uint64_t> counted(seeds.at(0));
  std::iota(counted.begin(), counted.end(), std::uint64_t{0});
  return counted;
}

/// What the plan itself decides for every run.
void refuse_if_decided(const given_value& value) {
  if (value.name == "seed")
    refuse_file(value.where, ": a plan has seeds instead; expected seeds = [0, 1, 2] above the arms.");
  if (value.name == "out")
    refuse_file(value.where, ": each run has a folder of its own below that of compare --out; leave it out.");
}

/// Settings of `given`; a refusal of them begins with file and line.
settings settings_at(const std::string& where, const std::vector<given_value>& given) try {
  return settings(given);
} catch (const std::invalid_argument& why) {
  const std::string sentence = why.what(), file = where.substr(0, where.find(", line "));
  refuse_file(sentence.starts_with(file) ? "" : where, sentence);
}

void check_name(const given_value& value) {
  const bool fits = !value.text.empty() && value.text.size() <= 60 && value.text.front() != '.' &&
                    value.text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
                        std::string::npos;
  if (!fits)
    refuse_file(value.where, ": ", value.text,
                "; expected up to 60 letters, digits, dots, - and _, as it names folders.");
}

/// The arm of a table: its name, and its own options.
planned_arm named_arm(const config_table& table, const std::vector<std::string>& of_data) {
  planned_arm arm{.where = table.where};
  for (const given_value& value : table.values) {
    if (value.name == "name" || (value.name == "recipe" && arm.name.empty())) {
      check_name(value);
      arm.name = value.text;
    }
    if (value.name == "name") continue;
    refuse_if_decided(value);
    if (std::count(of_data.begin(), of_data.end(), value.name) > 0)
      refuse_file(value.where, ": arms share their samples and split; give it once, above the arms.");
    arm.given.push_back(value);
  }
  if (arm.name.empty()) refuse_file(table.where, "an arm without a name; expected a line such as name = \"ce\".");
  return arm;
}

/// Puts those defaults in front that the arm's parts have; marks them in `used`.
void add_defaults(const std::vector<given_value>& defaults, planned_arm& arm, std::vector<bool>& used) {
  std::vector<given_value> choices;  // what decides which options there are
  for (const auto& values : {defaults, arm.given})
    for (const given_value& each : values)
      if (each.name == "recipe" || each.name == "arch" || each.name == "data" || each.name == "data-dir")
        choices.push_back(each);
  settings chosen = settings_at(arm.where, choices);
  const option_list known = chosen.list();
  const bool says_how_long =
      std::any_of(arm.given.begin(), arm.given.end(), [](const given_value& each) { return is_length(each.name); });
  std::vector<given_value> all;
  for (std::size_t k = 0; k < defaults.size(); ++k) {
    if (known.find(defaults[k].name) == nullptr) continue;
    used[k] = true;
    if (!says_how_long || !is_length(defaults[k].name)) all.push_back(defaults[k]);
  }
  all.insert(all.end(), arm.given.begin(), arm.given.end());
  arm.given = std::move(all);
  settings_at(arm.where, arm.given);
}

/// Refuses a default that no arm has an option for.
void refuse_unused(const given_value& value, const planned_arm& first, const std::vector<std::string>& keys) {
  const std::string meant = nearest_name(value.name, keys);
  const settings chosen = settings_at(first.where, first.given);
  try {
    refuse_option(value, chosen);
  } catch (const std::invalid_argument& why) {
    const std::string sentence = why.what();
    if (sentence.find("there is no such option") == std::string::npos || meant.empty()) refuse_file(sentence);
    refuse_file(value.where, ": there is no such option; did you mean ", meant, "?");
  }
}

}  // namespace

std::vector<given_value> planned_arm::options(std::uint64_t seed, const std::string& folder) const {
  std::vector<given_value> all = given;
  all.push_back({"seed", std::to_string(seed), where + "seed"});
  if (!folder.empty()) all.push_back({"out", folder, "--out"});
  return all;
}

comparison_plan read_plan(const std::string& path) {
  const config_tables read = read_config_tables(path, "arm", "seeds");
  comparison_plan plan{.path = path};
  option_list choices, of_data;
  plan.choice.declare(choices);
  std::string reference_at = path;
  std::vector<given_value> defaults, data_values;
  for (const given_value& value : read.values) {
    refuse_if_decided(value);
    if (value.name == "seeds") {
      plan.seeds = seeds_of(value);
    } else if (const option* const found = choices.find(value.name)) {
      if (value.name == "reference") reference_at = value.where;
      try {
        set_option(*found, value.text, value.where);
      } catch (const std::invalid_argument& why) {
        refuse_file(why.what());
      }
    } else {
      defaults.push_back(value);
    }
  }
  for (const given_value& value : defaults)
    if (value.name == "data" || value.name == "data-dir") data_values.push_back(value);
  settings with_data = settings_at(data_values.empty() ? path + ": " : data_values[0].where + ": ", data_values);
  with_data.data.declare(of_data);
  std::vector<bool> used(defaults.size());
  std::vector<std::string> names;
  for (const config_table& table : read.tables) {
    planned_arm& arm = plan.arms.emplace_back(named_arm(table, of_data.names()));
    if (std::count(names.begin(), names.end(), arm.name) > 0)
      refuse_file(arm.where, "there is an arm called ", arm.name, " already; give this one another name.");
    names.push_back(arm.name);
    add_defaults(defaults, arm, used);
  }
  if (plan.arms.size() < 2)
    refuse_file(path, ": it has ", plan.arms.size(), " arms; expected a table [[arm]] for each of two or more.");
  std::vector<std::string> keys = settings_at(plan.arms[0].where, plan.arms[0].given).list().names();
  for (const std::string& name : choices.names()) keys.push_back(name);
  keys.push_back("seeds");
  std::erase_if(keys, [](const std::string& name) { return name == "seed" || name == "out"; });  // refused above
  for (std::size_t k = 0; k < defaults.size(); ++k)
    if (!used[k]) refuse_unused(defaults[k], plan.arms[0], keys);
  if (plan.seeds.empty())
    refuse_file(path, ": seeds are missing; expected a line such as seeds = [0, 1, 2] above the arms.");
  if (plan.choice.reference.empty()) plan.choice.reference = names[0];
  if (std::count(names.begin(), names.end(), plan.choice.reference) == 0)
    refuse_file(reference_at, ": no arm is called ", plan.choice.reference, "; expected one of ", listed(names), ".");
  return plan;
}

}  // namespace commands
}  // namespace mixcon_train
