// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace run {

/// The file metrics.csv of a run: the records of metrics.jsonl, one a line, under a line of names (RFC 4180, with \n).
/// The first column names the run; a number stands as it does in metrics.jsonl, and what a record lacks is empty. A
/// record with a new name widens the table, for which the file is written again as a whole.
class metrics_csv {
 public:
  /// Replaces the file by these records; without any there is no file until one is written. Throws file_error.
  metrics_csv(std::string path, std::string run, const std::vector<nlohmann::ordered_json>& records);
  ~metrics_csv();

  /// Adds a line, which is in the file when this returns. Throws file_error.
  void write(const nlohmann::ordered_json& record);

 private:
  struct closed {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  bool widen(const nlohmann::ordered_json& record);
  std::string line_of(const nlohmann::ordered_json& record) const;
  void rewrite();

  std::string path_, run_;
  std::vector<std::string> names_{"run"};
  std::vector<nlohmann::ordered_json> records_;  // all that there are: a new name asks for them again
  std::unique_ptr<std::FILE, closed> file_{};
};

}  // namespace run
}  // namespace mixcon_train
