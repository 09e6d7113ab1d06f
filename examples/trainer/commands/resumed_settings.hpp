// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "commands/commands.hpp"
#include "run/checkpoint.hpp"

#include <string>

namespace mixcon_train {
inline namespace commands {

/// The folder of a checkpoint: itself where it is one.
std::string folder_of(const std::string& checkpoint_path);
/// Without dots and doubled slashes, from the root on.
std::string full_path(const std::string& path);

/// The settings of a checkpoint, unless the user gave others: those it refuses, but for where the samples lie, how
/// often to write, the number of threads, and the device. `request.resume` is the checkpoint.
settings settings_to_resume(const checkpoint& from, const train_request& request);

/// What `--resume auto` goes on from: the folder that --out names, where it holds a run, or the newest of this recipe
/// and data with the same settings; empty: none. Settings are the same if the two compute the same, wherever they read
/// and write, and wherever the runs lie that they use; where data lie elsewhere than a run's own, they have to be the
/// same samples. `parent` is the identity of the run whose weights it began with; empty: any, or none. Refuses another
/// run in the folder that --out names.
std::string run_to_resume(const settings& asked, const std::string& parent = {});

}  // namespace commands
}  // namespace mixcon_train
