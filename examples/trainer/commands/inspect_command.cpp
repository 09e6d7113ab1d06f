// SPDX-License-Identifier: BSD-3-Clause
#include "commands/commands.hpp"
#include "commands/named_data.hpp"
#include "devices/onednn_device.hpp"
#include "pictures/png.hpp"
#include "recipes/frozen_run.hpp"
#include "recipes/policy_of_run.hpp"
#include "run/open_run.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

namespace mixcon_train {
inline namespace commands {

namespace {

/// What the mixer of a run does to images such as it learned from.
int inspect_run(const inspect_request& request, std::FILE* to) {
  onednn_device on(precision::fp32, 1);
  frozen_run opened = open_run("--policy", request.policy, on);
  const train_and_test data = read_data_and_say(request.data, request.data_folder, to);
  require_same_data(opened, facts_of(data.train));
  const policy_of_run learned(std::move(opened));
  write_png(request.out, policy_sheet(data.train, learned.recipe_name(), learned.policy(), request.options));
  std::fprintf(to, "%s on %s: %s\n", request.policy.c_str(), data.train.name.c_str(), request.out.c_str());
  return exit_done;
}

}  // namespace

int inspect(const inspect_request& request, std::FILE* to) {
  if (std::error_code error; std::filesystem::is_directory(request.policy, error)) return inspect_run(request, to);
  const train_and_test data = read_data_and_say(request.data, request.data_folder, to);
  require_places(policy_called(request.policy), data.train.kind);
  write_png(request.out, policy_sheet(data.train, request.policy, request.options));
  std::fprintf(to, "%s on %s: %s\n", request.policy.c_str(), data.train.name.c_str(), request.out.c_str());
  return exit_done;
}

}  // namespace commands
}  // namespace mixcon_train
