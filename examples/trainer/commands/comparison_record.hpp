// SPDX-License-Identifier: BSD-3-Clause
// What the runs of a comparison reached, as one file that can be committed: tables are made from it without training.
#pragma once

#include "commands/comparison_plan.hpp"
#include "evaluation/comparison.hpp"
#include "run/machine.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace commands {

/// By name: linear, neighbours, ridge and classifier, shares in [0, 1]; calibration, the classifier's expected
/// calibration error.
using measures = std::map<std::string, double>;

/// A run to its end, with its score of five neighbours on the way.
struct recorded_run {
  std::uint64_t seed = 0;
  double seconds = 0;  ///< how long it trained
  measures reached{};
  std::vector<timed_score> history{};
};

struct recorded_arm {
  std::string name{};
  std::map<std::string, std::string> settings{};  ///< every option but the seed and the folder
  std::vector<recorded_run> runs{};
};

struct comparison_record {
  std::string data{};                          ///< title of the test samples
  index_t test_samples = 0, look_samples = 0;  ///< of the final measures, and of the scores on the way
  machine_facts machine{};
  std::vector<std::pair<std::string, measures>> baselines{};  ///< "raw rows", "untrained resnet8": means over seeds
  std::vector<recorded_arm> arms{};
};

/// The settings of an arm as a record has them.
std::map<std::string, std::string> recorded_settings(const planned_arm& arm);

/// As JSON, and back. Reading refuses a file that is damaged or no such record. Throws file_error.
void write_record(const std::string& path, const comparison_record& record);
comparison_record read_record(const std::string& path);

/// Refuses a record of other arms, seeds or settings than those of the plan: a run of other settings is never counted.
/// Throws file_error.
void check_record(const comparison_plan& plan, const comparison_record& record, const std::string& path);

/// The runs by one measure. Refuses a run that lacks it; `path` starts the sentence. Throws file_error.
std::vector<arm_result> results_by(const std::string& measure, const comparison_record& record,
                                   const std::string& path);

}  // namespace commands
}  // namespace mixcon_train
