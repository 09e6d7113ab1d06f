// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "run/machine.hpp"
#include "run/settings.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace run {

/// The file metrics.jsonl of a run: a header with the run's identity, settings, seed, version and machine, then a JSON
/// object a line: of a step, of an epoch, and at the end of each row of the table. Every line names the run, and is
/// flushed. Throws file_error when a line cannot be written.
class metrics_log {
 public:
  /// Begins a new file with a header, or goes on with one: records of steps after `resumed_at` and of the table are
  /// dropped, since they will come again, and so are those of another run.
  metrics_log(std::string path, const settings& chosen, const machine_facts& machine, index_t resumed_at,
              std::string run = {});
  ~metrics_log();

  void write(const nlohmann::ordered_json& record);

 private:
  struct closed {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string path_, run_;
  std::unique_ptr<std::FILE, closed> file_;
};

/// The records of such a file after its header; lines that are no JSON object, as a crash may leave one, are skipped.
std::vector<nlohmann::ordered_json> read_metrics(const std::string& path);

/// The same, those of one run only. `left_out` counts lines that are damaged or of another run, but for a last line
/// that a crash cut off.
std::vector<nlohmann::ordered_json> read_metrics_of(const std::string& run, const std::string& path,
                                                    index_t* left_out = nullptr);

}  // namespace run
}  // namespace mixcon_train
