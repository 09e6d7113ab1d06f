// SPDX-License-Identifier: BSD-3-Clause
// The files of a run, by name. Event files for TensorBoard are the others: see files/event_file.hpp.
#pragma once

namespace mixcon_train {
inline namespace run {

inline constexpr const char* checkpoint_name = "checkpoint.safetensors";
inline constexpr const char* previous_checkpoint_name = "checkpoint.previous.safetensors";
inline constexpr const char* config_name = "config.toml";
inline constexpr const char* metrics_name = "metrics.jsonl";
inline constexpr const char* metrics_table_name = "metrics.csv";
inline constexpr const char* report_name = "report.html";

}  // namespace run
}  // namespace mixcon_train
