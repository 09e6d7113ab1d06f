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

/// Loads a checkpoint or the newest of a run folder, with the samples that it was trained on, which lie in `folder`, or
/// where they did where that is empty. Refuses others (file_error).
run_on_data load_run_on(const std::string& file_or_folder, const std::string& folder);

/// Refuses (file_error) training samples that are not those of the run.
void require_own_samples(const checkpoint& from, const data_set& train, const std::string& file_or_folder);

}  // namespace commands
}  // namespace mixcon_train
