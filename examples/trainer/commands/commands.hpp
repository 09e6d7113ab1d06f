// SPDX-License-Identifier: BSD-3-Clause
// What mixcon-train does. Each returns the exit status, and throws file_error or std::invalid_argument, whose text is
// one sentence, when it cannot.
#pragma once

#include "options/config_file.hpp"
#include "report/policy_sheet.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace commands {

inline constexpr int exit_done = 0, exit_refused = 2, exit_interrupted = 130;

struct train_request {
  std::vector<given_value> given{};  ///< for options: by --config, --preset and --quick first, then by flags
  std::string resume{};              ///< checkpoint or run folder to go on from; "auto": where there is one
  std::string from{};                ///< run or checkpoint whose weights a new run begins with
  bool evaluates = true;             ///< at the end: table and report
  bool quiet = false;
  bool overwrites = false;     ///< a run that `out` holds is replaced, rather than refused
  bool prints_config = false;  ///< nothing else is done
};

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
