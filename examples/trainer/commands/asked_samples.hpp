// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "commands/commands.hpp"
#include "commands/run_on_data.hpp"
#include "data/sets/loose_files.hpp"
#include "run/checkpoint.hpp"
#include "run/training_run.hpp"

namespace mixcon_train {
inline namespace commands {

/// A trained network with its own data set, by which its inputs are normalised and its classes have names, and the
/// samples that it is asked about.
struct run_and_samples {
  checkpoint from{};
  train_and_test own{};
  loaded_run loaded{};
  loose_samples asked{};
  std::string where{};  ///< begins a refusal of these samples: "--files" or "--data"
};

/// Loads a checkpoint or the newest of a run folder, its data set, and the samples. Pictures are scaled to the size of
/// the run. Refuses samples of another kind, size or with other features, and a data set of the run that has changed.
/// Throws file_error and std::invalid_argument.
run_and_samples load_run_and_samples(const std::string& file_or_folder, const sample_request& request);

/// The same with both parts of the data set called `name` from `folder`, see `other_data`, whose classes and sizes of
/// images may be others. Refuses another kind, and samples of other channels or features than the network takes. Of a
/// run on rows its own data set must be there, which names these features.
run_on_data load_run_on_other(const std::string& file_or_folder, const std::string& name, const std::string& folder);

}  // namespace commands
}  // namespace mixcon_train
