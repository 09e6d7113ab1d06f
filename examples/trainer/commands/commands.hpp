// SPDX-License-Identifier: BSD-3-Clause
// What mixcon-train does. Each returns the exit status, and throws file_error or std::invalid_argument, whose text is
// one sentence, when it cannot.
#pragma once

#include "options/settings.hpp"
#include "report/policy_sheet.hpp"

#include <cstdio>
#include <set>
#include <string>

namespace mixcon_train {
inline namespace commands {

inline constexpr int exit_done = 0, exit_refused = 2, exit_interrupted = 130;

struct train_request {
  settings chosen{};
  std::set<std::string> given{};  ///< names of settings that the user gave, rather than defaults
  std::string resume{};           ///< checkpoint or run folder to go on from; empty: begin
  bool evaluates = true;          ///< at the end: table and report
  bool quiet = false;
  bool overwrites = false;       ///< a run that `out` holds is replaced, rather than refused
  bool quick = false;            ///< the user asked for a short job: the two values below, where no others were given
  std::string name = "default";  ///< where `out` is empty: the run lies in runs/NAME-001 or the next number
};
/// What --quick stands for.
inline constexpr index_t quick_first_stride = 2, quick_images = 240000;

int train(const train_request& request, std::FILE* to);

struct eval_request {
  std::string from{};                 ///< checkpoint or run folder
  std::string data{}, data_folder{};  ///< other than those of the run
};
int evaluate(const eval_request& request, std::FILE* to);

struct inspect_request {
  std::string policy = "universum", data = "auto", data_folder{}, out = "inspect.png";
  sheet_options options{};
};
int inspect(const inspect_request& request, std::FILE* to);

/// The whole program: parses the command line, runs the command, prints refusals to stderr.
int run_command_line(int count, const char* const* arguments);

}  // namespace commands
}  // namespace mixcon_train
