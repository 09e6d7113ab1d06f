// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "commands/commands.hpp"

#include <CLI/CLI.hpp>

#include <deque>
#include <string>

namespace mixcon_train {
inline namespace commands {

/// The command `inspect` on the command line: a flag for every number of every policy. Help shows those of the policy
/// that the command line names.
class inspect_options {
 public:
  inspect_options(CLI::App& app, int count, const char* const* arguments);

  /// Refuses numbers that the policy does not have, with those that do (std::invalid_argument).
  inspect_request request() const;

 private:
  struct flag {
    std::string name{};
    CLI::Option* option = nullptr;
    double value = 0;
  };
  CLI::App& app_;
  inspect_request request_{};
  std::deque<flag> flags_{};  // whose values stay where CLI11 writes them
};

}  // namespace commands
}  // namespace mixcon_train
