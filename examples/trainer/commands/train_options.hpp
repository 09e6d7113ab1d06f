// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "commands/commands.hpp"

#include <CLI/CLI.hpp>

#include <deque>
#include <string>

namespace mixcon_train {
inline namespace commands {

/// The command `train` on the command line: a flag for every option that any part declares, and what is said of the run
/// as a whole.
class train_options {
 public:
  explicit train_options(CLI::App& app);

  bool was_asked() const { return app_.parsed(); }
  train_request request() const;

 private:
  struct flag {
    std::string name{};
    CLI::Option* option = nullptr;
    std::string text{};
    bool is_switch = false;  ///< --nesterov alone means true
  };
  std::string given(const char* name) const;

  CLI::App& app_;
  train_request request_{};
  std::string config_{}, preset_{};
  bool quick_ = false, ends_early_ = false;
  std::deque<flag> flags_{};  // whose texts stay where CLI11 writes them
};

/// What CLI11 would take for an option that was not given.
std::string not_empty(const std::string& value);

/// What `train --help` prints: every option with its default, under the part that has it. With the name of a recipe,
/// and perhaps of a data set: the options of such a run alone, with the defaults that the recipe prefers there and what
/// its own paper trained with. A name that there is not, or that does not fit, counts as none.
std::string train_help(const std::string& recipe = "", const std::string& data = "");

}  // namespace commands
}  // namespace mixcon_train
