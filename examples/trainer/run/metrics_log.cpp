// SPDX-License-Identifier: BSD-3-Clause
#include "run/metrics_log.hpp"

#include "files/atomic_file.hpp"
#include "files/file_error.hpp"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace mixcon_train {
inline namespace run {

using json = nlohmann::ordered_json;

namespace {

/// Calls f(record) for every line, null where it is no JSON object; not for a last line that a crash cut off.
template <class F>
void for_each_line(const std::string& path, const F& f) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return;
  const std::string text = read_whole_file(path);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    json record = json::parse(text.begin() + static_cast<std::ptrdiff_t>(begin),
                              text.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
    if (record.is_object() || end < text.size()) f(record.is_object() ? std::move(record) : json());
    begin = end + 1;
  }
}

bool is_of(const json& record, const std::string& run) {
  const auto at = record.find("run");
  return at == record.end() ? run.empty() : at->is_string() && at->get<std::string>() == run;
}

}  // namespace

std::vector<json> read_metrics(const std::string& path) {
  std::vector<json> records;
  for_each_line(path, [&](json record) {
    if (record.is_object() && !record.contains("mixcon")) records.push_back(std::move(record));
  });
  return records;
}

std::vector<json> read_metrics_of(const std::string& run, const std::string& path, index_t* left_out) {
  std::vector<json> records;
  for_each_line(path, [&](json record) {
    const bool counts = record.is_object() && is_of(record, run);
    if (counts && !record.contains("mixcon")) records.push_back(std::move(record));
    if (!counts && left_out != nullptr) ++*left_out;
  });
  return records;
}

metrics_log::metrics_log(std::string path, const settings& chosen, const machine_facts& machine, index_t resumed_at,
                         std::string run)
    : path_(std::move(path)), run_(std::move(run)) {
  const json header{{"mixcon", machine.version},    {"run", run_},
                    {"seed", chosen.run.seed},      {"compiler", machine.compiler},
                    {"machine", machine.processor}, {"settings", json::parse(to_json(chosen))}};
  std::string kept = header.dump() + "\n";
  if (resumed_at > 0)
    for (const json& record : read_metrics_of(run_, path_))
      if (record.contains("step") && record["step"].is_number_integer() && record["step"] <= resumed_at)
        kept += record.dump() + "\n";
  write_atomically(path_, kept);
  file_.reset(std::fopen(path_.c_str(), "ae"));
  if (!file_) refuse_file(path_, ": cannot be opened (", std::strerror(errno), "). May you write there?");
}

metrics_log::~metrics_log() = default;

void metrics_log::write(const json& record) {
  json named = record;
  named["run"] = run_;
  const std::string line = named.dump() + "\n";
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() || std::fflush(file_.get()) != 0)
    refuse_file(path_, ": cannot be written (", std::strerror(errno),
                "). Is there room on the disk? Checkpoints are untouched.");
}

}  // namespace run
}  // namespace mixcon_train
