// SPDX-License-Identifier: BSD-3-Clause
// What mixcon-train does. Each returns the exit status, and throws file_error or std::invalid_argument, whose text is
// one sentence, when it cannot.
#pragma once

#include "options/config_file.hpp"
#include "ranks/rank_group.hpp"
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

/// One of several `ranks`, which all come here with the same request, trains with the others; one speaks and writes.
int train(const train_request& request, std::FILE* to, const rank_group* ranks = nullptr);

/// Samples for a run: those of a data set, or files that belong to none.
struct sample_request {
  std::string data{}, data_folder{};  ///< other than those of the run
  std::string files{};                ///< a folder of pictures or clips, or a table; instead of `data`
  std::string part = "test";          ///< of a data set: train or test
};

struct eval_request {
  std::string from{};  ///< checkpoint or run folder
  sample_request samples{};
  bool transfers = false;  ///< the probes are trained on `samples.data`, whose classes may be others
};
/// The table of probes and what the predictions for the test samples are worth; of other samples, whose classes must be
/// among those of the run, only the latter.
int evaluate(const eval_request& request, std::FILE* to);

struct predict_request {
  std::string from{};  ///< checkpoint or run folder
  sample_request samples{};
  std::string out{};  ///< FILE.csv, or FILE.npy with the classes in FILE.classes.npy; empty: a table is printed
  bool overwrites = false;
};
/// The class and probabilities of samples, by the classifier of the run; where it has none, by a linear probe on the
/// backbone, trained on the training samples of the run, as in its report.
int predict(const predict_request& request, std::FILE* to);

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
  std::string plan{};          ///< a TOML file, see comparison_plan.hpp
  std::string out{};           ///< folder of the runs and of comparison.html; empty: runs/PLAN
  std::string measure{};       ///< instead of the plan's
  std::string record{};        ///< a file for what each run reached; empty: none
  std::string from_records{};  ///< such a file, to compare without training; empty: train
  bool markdown = false;       ///< the table is one of Markdown
};
/// Trains and judges every arm with every seed, in folders ARM-seed-S; runs that are there are gone on with, or taken
/// as they are where they have ended. Then compares them.
int compare(const compare_request& request, std::FILE* to);

struct inspect_request {
  std::string policy = "universum", data = "auto", data_folder{}, out = "inspect.png";
  sheet_options options{};
};
int inspect(const inspect_request& request, std::FILE* to);

/// The whole program: parses the command line, runs the command, prints refusals to stderr. One of several `ranks`
/// takes part in training, and in no other command; what ends it alone ends all.
int run_command_line(int count, const char* const* arguments, const rank_group* ranks = nullptr);

}  // namespace commands
}  // namespace mixcon_train
