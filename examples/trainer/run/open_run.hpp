// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "recipes/frozen_run.hpp"
#include "run/checkpoint.hpp"

#include <string>

namespace mixcon_train {
inline namespace run {

/// The run of a folder or checkpoint as constants: its recipe on `on`, with its weights, in evaluation mode. `flag`
/// starts the sentence of a refusal: of a folder without a run, a damaged one, one that an older version wrote. Throws
/// file_error.
frozen_run open_run(const std::string& flag, const std::string& folder, device& on);

/// Gives a recipe what a checkpoint, named by `path`, holds of it: parameters, state, counts; with `averaged` the means
/// over the steps of its training. Refuses one of another model (file_error).
void restore(recipe& made, device& on, const checkpoint& from, const std::string& path, bool averaged);

}  // namespace run
}  // namespace mixcon_train
