// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/loader.hpp"
#include "files/safetensors.hpp"
#include "recipes/recipe.hpp"
#include "run/file_names.hpp"
#include "run/running_mean.hpp"
#include "run/settings.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace run {

/// All that a run needs to go on as if it had never stopped. Random numbers are keyed with seed and step, so their
/// generator has no state beyond these.
struct checkpoint {
  settings chosen{};
  std::uint64_t data_hash = 0;           ///< content_hash of the training images
  data_facts data{};                     ///< of the training samples; no classes: not known
  index_t step = 0;                      ///< steps that are done
  loader_position position{};            ///< of the batch that comes next
  std::vector<stored_tensor> tensors{};  ///< weights, buffers, momenta, averages, by name
  std::string run{};                     ///< identity of the run, from its beginning on
  std::string parent{};                  ///< identity of the run that it was forked from; empty: none
  running_mean loss{};                   ///< of the steps since the last record
  std::vector<std::string> used_runs{};  ///< identities of the runs whose networks are constants of this one

  friend bool operator==(const checkpoint&, const checkpoint&) = default;
};

/// Writes `checkpoint.safetensors` into a folder as a whole or not at all, with a checksum; the one that was there
/// becomes `checkpoint.previous.safetensors`, unless a run begins in the place of another. Throws file_error.
void save_checkpoint(const std::string& folder, const checkpoint& state, bool keeps_previous = true);

/// Reads a checkpoint file, or the newest one of a run folder; where that is damaged or missing, the one before it, if
/// it is of the same run by all that the folder tells. What was wrong with a newer one that was passed over stands in
/// `passed_over`. Throws file_error.
checkpoint load_checkpoint(const std::string& file_or_folder, std::string* passed_over = nullptr);

/// A number of all tensors, their names and extents: equal states have equal ones.
std::uint64_t hash_of(const std::vector<stored_tensor>& tensors);

}  // namespace run
}  // namespace mixcon_train
