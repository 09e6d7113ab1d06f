// SPDX-License-Identifier: BSD-3-Clause
#include "commands/inspect_options.hpp"

#include "commands/train_options.hpp"
#include "options/nearest_name.hpp"
#include "recipes/policies.hpp"

#include <mixcon/core/require.hpp>

#include <cstdio>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>
#include <vector>

namespace mixcon_train {
inline namespace commands {

namespace {

constexpr const char* alpha_meaning = "of a Beta lambda";
constexpr const char* share_meaning = "of the partner, in a universum";

/// What CLI11 would take for a large number.
std::string not_negative(const std::string& value) {
  return value.starts_with("-") ? value + "; expected a whole number from 0." : std::string();
}

/// All numbers of a policy, with the two that every recipe calls by these names.
std::vector<policy_number> numbers_of(const policy_entry& policy) {
  std::vector<policy_number> all = policy.numbers();
  if (policy.takes_partner_share) all.insert(all.begin(), {"partner-share", -1, share_meaning});
  if (policy.takes_alpha) all.insert(all.begin(), {"alpha", -1, alpha_meaning});
  return all;
}

const policy_number* find(const std::vector<policy_number>& numbers, const std::string& name) {
  for (const policy_number& each : numbers)
    if (each.name == name) return &each;
  return nullptr;
}

/// What stands behind --policy; the default where nothing does, or no name of a policy.
std::string policy_named(int count, const char* const* arguments) {
  std::string named = inspect_request().policy;
  for (int k = 1; k < count; ++k) {
    const std::string_view word = arguments[k];
    if (word.starts_with("--policy=")) named = word.substr(9);
    if (word == "--policy" && k + 1 < count) named = arguments[k + 1];
  }
  for (const policy_entry& each : policies())
    if (named == each.name) return named;
  return inspect_request().policy;
}

std::string described(const policy_number& number) {
  char text[64] = "the policy's own";
  if (number.usual >= 0) std::snprintf(text, sizeof text, "%g", number.usual);
  return number.meaning + " (default: " + text + ")";
}

}  // namespace

inspect_options::inspect_options(CLI::App& app, int count, const char* const* arguments)
    : app_(*app.add_subcommand("inspect", "draw what a mixing policy does to samples, as a PNG")) {
  app_.footer("  mixcon-train inspect --policy gridmix --most-holes 3 --data digits --out sheet.png");
  std::string known;
  for (const policy_entry& policy : policies()) known += "\n    " + std::string(policy.name) + ": " + policy.summary;
  app_.add_option("--policy", request_.policy, "the folder of a run that learned one, or which:" + known)
      ->capture_default_str();
  app_.add_option("--data", request_.data, "a data set; rows are drawn as bars, clips as spectrograms")
      ->capture_default_str();
  app_.add_option("--data-dir", request_.data_folder, "folder of its files (default: the usual one)")->check(not_empty);
  app_.add_option("--samples", request_.options.samples, "samples to show")->capture_default_str();
  app_.add_option("--seed", request_.options.seed, "of samples and plan")->capture_default_str()->check(not_negative);
  app_.add_option("--out", request_.out, "the picture")->capture_default_str()->check(not_empty);
  const std::string shown = policy_named(count, arguments);
  const std::vector<policy_number> of_shown = numbers_of(policy_called(shown));
  std::set<std::string> seen;
  for (const policy_entry& policy : policies())
    for (const policy_number& number : numbers_of(policy)) {
      if (!seen.insert(number.name).second) continue;
      flag& made = flags_.emplace_back(flag{number.name});
      const policy_number* const mine = find(of_shown, number.name);
      made.option = app_.add_option("--" + number.name, made.value, mine == nullptr ? "" : described(*mine));
      made.option->group(mine == nullptr ? "" : "The policy " + shown + " (--policy NAME --help: those of another)");
    }
}

inspect_request inspect_options::request() const {
  inspect_request asked = request_;
  if (std::error_code error; std::filesystem::is_directory(asked.policy, error)) {
    for (const flag& each : flags_)
      MIXCON_REQUIRE(each.option->count() == 0, "--", each.name, ": ", asked.policy,
                     " is a run, whose options are its own; leave it out.");
    return asked;
  }
  std::vector<std::string> names;
  for (const policy_entry& policy : policies()) names.emplace_back(policy.name);
  require_one_of("--policy", asked.policy, names);
  const policy_entry& policy = policy_called(asked.policy);
  const std::vector<policy_number> own = numbers_of(policy);
  for (const flag& each : flags_) {
    if (each.option->count() == 0) continue;
    std::vector<std::string> others;
    for (const policy_entry& other : policies())
      if (find(numbers_of(other), each.name) != nullptr) others.emplace_back(other.name);
    MIXCON_REQUIRE(find(own, each.name) != nullptr, "--", each.name, ": the policy ", asked.policy,
                   " does not use it; ", listed(others), others.size() == 1 ? " does" : " do",
                   ". Leave it out, or choose ", others.size() == 1 ? "it" : "one of these", " by --policy.");
    if (each.name == "alpha" && policy.takes_alpha)
      asked.options.policy.alpha = each.value;
    else if (each.name == "partner-share")
      asked.options.policy.partner_share = each.value;
    else
      asked.options.policy.numbers[each.name] = each.value;
  }
  return asked;
}

}  // namespace commands
}  // namespace mixcon_train
