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

struct embed_request {
  std::string from{};                 ///< checkpoint or run folder
  std::string data{}, data_folder{};  ///< other than those of the run
  std::string part = "test", of = "backbone";
  std::string
      out{};  ///< FILE.npy, with labels in FILE.labels.npy, or FILE.safetensors: tensors "features" and "labels"
  bool overwrites = false;
};
/// Writes the features of every sample, float32 (N, F), and their labels, int64 (N), channels normalised as `evaluate`
/// does.
int embed(const embed_request& request, std::FILE* to);

struct compare_request {
  std::string plan{};  ///< a TOML file, see comparison_plan.hpp
  std::string out{};   ///< folder of the runs and of comparison.html; empty: runs/PLAN
};
/// Trains and judges every arm with every seed, in folders ARM-seed-S; runs that are there are gone on with, or taken
/// as they are where they have ended. Then compares them.
int compare(const compare_request& request, std::FILE* to);

struct inspect_request {
  std::string policy = "universum", data = "auto", data_folder{}, out = "inspect.png";
  sheet_options options{};
};
int inspect(const inspect_request& request, std::FILE* to);

/// The whole program: parses the command line, runs the command, prints refusals to stderr.
int run_command_line(int count, const char* const* arguments);

}  // namespace commands
}  // namespace mixcon_train
