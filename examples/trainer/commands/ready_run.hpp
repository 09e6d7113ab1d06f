// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "commands/commands.hpp"
#include "data/data_set.hpp"
#include "ranks/rank_group.hpp"
#include "run/run_folder.hpp"
#include "run/running_mean.hpp"
#include "run/settings.hpp"
#include "run/training_run.hpp"

#include <cstdio>
#include <memory>
#include <optional>

namespace mixcon_train {
inline namespace commands {

/// A run that is ready to train: begun or gone on with, its folder locked.
struct ready_run {
  std::unique_ptr<folder_lock> lock{};
  train_and_test data{};  // before the run, whose threads read it
  std::unique_ptr<training_run> run{};
  running_mean loss{};  ///< since its last record
};

/// Saves its state; `loss` is the mean since the last record.
void save_with(const training_run& run, const running_mean& loss);

/// Begins a run or goes on with one, says so to `to`, and sets `asked.resume` to the run that it goes on with. Ranks do
/// so together, and refuse together; one of them has the folder. `wanted`: the settings of a run that is begun.
void make_ready(ready_run& ready, train_request& asked, const std::optional<settings>& wanted, std::FILE* to,
                const rank_group* ranks);

}  // namespace commands
}  // namespace mixcon_train
