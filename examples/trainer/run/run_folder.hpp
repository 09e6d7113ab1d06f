// SPDX-License-Identifier: BSD-3-Clause
// The folder of a run: it holds one run at a time, one process writes there, and none is replaced by accident.
#pragma once

#include "run/checkpoint.hpp"

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace run {

/// Keeps other processes from training in a folder for as long as it lives. The system frees it when the process ends,
/// however it ends.
class folder_lock {
 public:
  /// Throws file_error when another one has the folder, or it cannot be opened.
  explicit folder_lock(const std::string& folder);
  ~folder_lock();
  folder_lock(folder_lock&& from) noexcept;
  folder_lock(const folder_lock&) = delete;
  folder_lock& operator=(const folder_lock&) = delete;

 private:
  int number_;
};

/// The name after the largest number that is taken: "runs/default-003" beside "runs/default-002", for "runs/default" as
/// for "runs/default-001".
std::string next_free_name(const std::string& folder);

/// "runs/unicon-fashion-mnist", behind which the numbers of runs without --out are counted up.
std::string folder_base(const settings& chosen);
/// The folders of that name and a number that are there, in the order of their numbers.
std::vector<std::string> numbered_folders(const std::string& base);

/// Makes and locks a folder that was not there, under the next free name, which `name` then is.
folder_lock make_next_folder(std::string& name);

/// Readies a locked folder for a new run. Where it holds one, refuses, or with `overwrites` takes away what that left
/// but for its newest checkpoint, which the first one of the new run replaces. Files of other names stay as they are;
/// so do files of these names that no run wrote or that are damaged, under the name FILE.kept. Throws file_error.
void make_room_for_run(const std::string& folder, bool overwrites);

/// Readies a locked folder for a run that goes on there. Refuses files of another run; damaged ones become FILE.kept,
/// and stderr says so. Throws file_error.
void check_files_of_run(const std::string& folder, const std::string& run);

}  // namespace run
}  // namespace mixcon_train
