// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"
#include "run/checkpoint.hpp"
#include "run/training_run.hpp"

#include <string>

namespace mixcon_train {
inline namespace commands {

/// A trained network, and the samples that it meets.
struct run_on_data {
  checkpoint from{};
  train_and_test data{};
  loaded_run loaded{};
};

/// Loads a checkpoint or the newest of a run folder, with the data set called `name`, or that of the run where the name
/// is empty, from `folder`, or where that data set usually lies. Refuses a data set that the run was not trained on
/// unless it is named. Throws file_error, or std::invalid_argument for a name that is not known.
run_on_data load_run_on(const std::string& file_or_folder, const std::string& name, const std::string& folder);

}  // namespace commands
}  // namespace mixcon_train
