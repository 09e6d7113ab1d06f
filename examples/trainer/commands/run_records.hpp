// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "evaluation/score_table.hpp"
#include "run/progress.hpp"
#include "run/training_run.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace mixcon_train {
inline namespace commands {

// What a run says of itself: records of its log, and lines of the console.

/// `loss`: the mean since the last record.
nlohmann::ordered_json step_record(const training_run& run, const step_report& report, double loss,
                                   const progress& shown);
nlohmann::ordered_json epoch_record(const training_run& run, const step_report& report);
nlohmann::ordered_json score_record(const score_row& row);

std::string epoch_line(const step_report& report);
/// Of a run whose steps became much slower than its fastest.
std::string slowness_line(const training_run& run, const step_report& report);

}  // namespace commands
}  // namespace mixcon_train
