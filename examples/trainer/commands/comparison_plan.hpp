// SPDX-License-Identifier: BSD-3-Clause
// What `compare` is asked for, as a committed TOML file: docs/trainer/compare.md
#pragma once

#include "options/config_file.hpp"
#include "run/settings.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace commands {

/// How arms are compared.
struct comparison_choice {
  std::string reference{}, measure = "linear";
  double confidence = 0.95, equivalence = 0.3;
  void declare(option_list& to) {
    to.add("reference", reference, "the arm that others are compared with (empty: the first)");
    to.add("measure", measure, {"linear", "neighbours", "ridge", "classifier"},
           "what is compared, on the backbone: SGD linear probe, 5 neighbours, ridge probe, or the own classifier");
    to.add("confidence", confidence, {0.5, 0.9999}, "of intervals; 1 minus this is the level of Holm's correction");
    to.add("equivalence", equivalence, {0, 100}, "points; an interval inside of +- this many says equivalent");
  }
};

/// One way to train: options of `train`, the same for each seed.
struct planned_arm {
  std::string name{}, where{};       ///< `where` begins a refusal: "plan.toml, line 7: "
  std::vector<given_value> given{};  ///< defaults of the plan that its parts have, then its own

  /// The options of its run with a seed, in a folder. Runs of two arms with the same seed share the split, which the
  /// data options decide (no arm has others); the first weights of parameters that have the same name and shape, which
  /// are keyed with seed and name; and the order of samples and their views, which are keyed with seed, epoch and
  /// sample.
  std::vector<given_value> options(std::uint64_t seed, const std::string& folder) const;
};

struct comparison_plan {
  std::string path{};
  comparison_choice choice{};
  std::vector<std::uint64_t> seeds{};
  std::vector<planned_arm> arms{};
};

/// Reads a plan. Refuses, with file and line: what is no TOML; no seeds, or one twice; fewer than two arms, a name
/// twice or one that cannot be a folder's; an unknown key, with the nearest known one; a default that no arm uses;
/// options that make no settings; data options in an arm. Throws file_error.
comparison_plan read_plan(const std::string& path);

}  // namespace commands
}  // namespace mixcon_train
