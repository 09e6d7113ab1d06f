// SPDX-License-Identifier: BSD-3-Clause
// The runs of a comparison: those that are there, and those that are trained now.
#pragma once

#include "commands/comparison_plan.hpp"
#include "commands/comparison_record.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace commands {

/// An arm that cannot be trained to the end.
struct failed_arm {
  std::string name{};
  std::uint64_t seed = 0;
  std::string why{};  ///< a sentence
};

/// The runs of the arms of a plan, without those of arms that failed.
struct trained_arms {
  comparison_record record{};
  std::vector<failed_arm> failed{};

  bool has_failed(const std::string& name) const {
    return std::any_of(failed.begin(), failed.end(), [&](const failed_arm& each) { return each.name == name; });
  }
};

/// Trains what has not been trained, each run in a folder below `folder`, and says to `to` what each reached. An arm
/// that fails, as one that diverges, is left out from then on, and the others go on. None: it was interrupted. Throws
/// file_error before anything is trained where an arm cannot be: its samples are too few, or its folder has another
/// run.
std::optional<trained_arms> trained(const comparison_plan& plan, const std::string& folder, std::FILE* to);

}  // namespace commands
}  // namespace mixcon_train
