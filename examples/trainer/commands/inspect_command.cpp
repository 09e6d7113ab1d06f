// SPDX-License-Identifier: BSD-3-Clause
#include "commands/commands.hpp"
#include "commands/named_data.hpp"
#include "devices/onednn_device.hpp"
#include "options/nearest_name.hpp"
#include "pictures/png.hpp"
#include "recipes/frozen_run.hpp"
#include "recipes/policy_of_run.hpp"
#include "run/open_run.hpp"

#include <mixcon/core/require.hpp>

#include <filesystem>
#include <system_error>
#include <utility>

namespace mixcon_train {
inline namespace commands {

namespace {

/// What the mixer of a run does to images such as it learned from.
int inspect_run(const inspect_request& request, std::FILE* to) {
  const policy_options& given = request.options.policy;
  MIXCON_REQUIRE(!given.alpha && !given.partner_share, given.alpha ? "--alpha" : "--partner-share", ": ",
                 request.policy, " is a run, whose options are its own; leave it out.");
  onednn_device on(precision::fp32, 1);
  frozen_run opened = open_run("--policy", request.policy, on);
  const train_and_test data = read_data_and_say(request.data, request.data_folder, to);
  const data_facts facts = facts_of(data.train);
  require_same_data(opened, facts);
  const policy_of_run learned(std::move(opened), facts.statistics);
  write_png(request.out, policy_sheet(data.train, learned.recipe_name(), learned.policy(), request.options));
  std::fprintf(to, "%s on %s: %s\n", request.policy.c_str(), data.train.name.c_str(), request.out.c_str());
  return exit_done;
}

}  // namespace

int inspect(const inspect_request& request, std::FILE* to) {
  std::vector<std::string> names, with_alpha, with_share;
  for (const policy_entry& policy : policies()) {
    names.emplace_back(policy.name);
    if (policy.takes_alpha) with_alpha.emplace_back(policy.name);
    if (policy.takes_partner_share) with_share.emplace_back(policy.name);
  }
  if (std::error_code error; std::filesystem::is_directory(request.policy, error)) return inspect_run(request, to);
  require_one_of("--policy", request.policy, names);
  const policy_entry& policy = policy_called(request.policy);
  const auto require_use = [&](const char* option, bool was_given, bool takes, const std::vector<std::string>& others) {
    MIXCON_REQUIRE(!was_given || takes, option, ": the policy ", request.policy, " does not use it; ", listed(others),
                   " do. Leave it out, or choose one of these by --policy.");
  };
  require_use("--alpha", request.options.policy.alpha.has_value(), policy.takes_alpha, with_alpha);
  require_use("--partner-share", request.options.policy.partner_share.has_value(), policy.takes_partner_share,
              with_share);
  const train_and_test data = read_data_and_say(request.data, request.data_folder, to);
  write_png(request.out, policy_sheet(data.train, request.policy, request.options));
  std::fprintf(to, "%s on %s: %s\n", request.policy.c_str(), data.train.name.c_str(), request.out.c_str());
  return exit_done;
}

}  // namespace commands
}  // namespace mixcon_train
