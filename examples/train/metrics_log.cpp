// SPDX-License-Identifier: BSD-3-Clause
#include "train/metrics_log.hpp"

#include "data/file_error.hpp"
#include "train/atomic_file.hpp"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace mixcon_train {

using json = nlohmann::ordered_json;

std::vector<json> read_metrics(const std::string& path) {
  std::vector<json> records;
  if (!std::filesystem::exists(path)) return records;
  const std::string text = read_whole_file(path);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    json record = json::parse(text.begin() + static_cast<std::ptrdiff_t>(begin),
                              text.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
    if (record.is_object() && !record.contains("mixcon")) records.push_back(std::move(record));
    begin = end + 1;
  }
  return records;
}

metrics_log::metrics_log(std::string path, const settings& chosen, const machine_facts& machine, index_t resumed_at)
    : path_(std::move(path)) {
  const json header{{"mixcon", machine.version},
                    {"seed", chosen.seed},
                    {"compiler", machine.compiler},
                    {"machine", machine.processor},
                    {"settings", json::parse(to_json(chosen))}};
  std::string kept = header.dump() + "\n";
  if (resumed_at > 0)
    for (const json& record : read_metrics(path_))
      if (record.contains("step") && record["step"].is_number_integer() && record["step"] <= resumed_at)
        kept += record.dump() + "\n";
  write_atomically(path_, kept);
  file_.reset(std::fopen(path_.c_str(), "ae"));
  if (!file_) refuse_file(path_, ": cannot be opened (", std::strerror(errno), "). May you write there?");
}

metrics_log::~metrics_log() = default;

void metrics_log::write(const json& record) {
  const std::string line = record.dump() + "\n";
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() || std::fflush(file_.get()) != 0)
    refuse_file(path_, ": cannot be written (", std::strerror(errno),
                "). Is there room on the disk? Checkpoints are untouched.");
}

}  // namespace mixcon_train
