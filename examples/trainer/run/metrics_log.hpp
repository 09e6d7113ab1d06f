// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "files/event_file.hpp"
#include "run/machine.hpp"
#include "run/metrics_csv.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace run {

/// What the first line of metrics.jsonl says.
struct metrics_header {
  std::string run{};     ///< identity of the run
  std::string parent{};  ///< identity of the run that it was forked from; empty: none
  std::uint64_t seed = 0;
  std::string settings{};  ///< a JSON object
  machine_facts machine{};
};

/// The records of a run in three forms. metrics.jsonl: a header with the run's identity, settings, seed, version and
/// machine, then a JSON object a line: of a step, of an epoch, and at the end of each row of the table. metrics.csv:
/// the same records as a table. An event file for TensorBoard: their numbers under train/, epoch/ and
/// evaluation/ENCODER/, begun by the first record that a process writes. Every line names the run, and is flushed; a
/// record with a step also gets `seconds`, the time for which the run has been training, without pauses. Throws
/// file_error when a line cannot be written.
class metrics_log {
 public:
  /// Begins new files with a header, or goes on with those of a folder: records of steps after `resumed_at` and of the
  /// table are dropped, since they will come again, and so are those of another run.
  metrics_log(std::string folder, const metrics_header& header, index_t resumed_at);
  ~metrics_log();

  void write(const nlohmann::ordered_json& record);

 private:
  struct closed {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void write_events(const nlohmann::ordered_json& record);

  std::string folder_, path_, run_;
  std::unique_ptr<std::FILE, closed> file_{};
  std::unique_ptr<metrics_csv> table_{};
  std::unique_ptr<event_file> events_{};
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  double seconds_before_ = 0;  // of the processes before this one
  index_t step_;
};

/// The records of such a file after its header; lines that are no JSON object, as a crash may leave one, are skipped.
std::vector<nlohmann::ordered_json> read_metrics(const std::string& path);

/// The same, those of one run only. `left_out` counts lines that are damaged or of another run, but for a last line
/// that a crash cut off.
std::vector<nlohmann::ordered_json> read_metrics_of(const std::string& run, const std::string& path,
                                                    index_t* left_out = nullptr);

}  // namespace run
}  // namespace mixcon_train
