// SPDX-License-Identifier: BSD-3-Clause
#include "run/metrics_log.hpp"

#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "run/file_names.hpp"

#include <mixcon/core/require.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cmath>
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

metrics_log::metrics_log(std::string folder, const metrics_header& header, index_t resumed_at)
    : folder_(std::move(folder)), path_(folder_ + "/" + metrics_name), run_(header.run), step_(resumed_at) {
  json first{{"mixcon", header.machine.version}, {"run", run_}};
  if (!header.parent.empty()) first["parent"] = header.parent;
  first["seed"] = header.seed;
  first["compiler"] = header.machine.compiler, first["machine"] = header.machine.processor;
  first["settings"] = json::parse(header.settings, nullptr, false);
  MIXCON_REQUIRE(first["settings"].is_object(), "metrics_log: the settings are no JSON object.");
  std::string kept = first.dump() + "\n";
  std::vector<json> records;
  if (resumed_at > 0)
    for (const json& record : read_metrics_of(run_, path_))
      if (record.contains("step") && record["step"].is_number_integer() && record["step"] <= resumed_at) {
        kept += record.dump() + "\n";
        if (const auto at = record.find("seconds"); at != record.end() && at->is_number())
          seconds_before_ = std::max(seconds_before_, at->get<double>());
        records.push_back(record);
      }
  write_atomically(path_, kept);
  table_ = std::make_unique<metrics_csv>(folder_ + "/" + metrics_table_name, run_, records);
  file_.reset(std::fopen(path_.c_str(), "ae"));
  if (!file_) refuse_file(path_, ": cannot be opened (", std::strerror(errno), "). May you write there?");
}

metrics_log::~metrics_log() = default;

void metrics_log::write(const json& record) {
  json named = record;
  if (named.contains("step")) {
    step_ = named["step"].get<index_t>();
    const std::chrono::duration<double> since = std::chrono::steady_clock::now() - begun_;
    named["seconds"] = std::round(1000 * (seconds_before_ + since.count())) / 1000;
  }
  named["run"] = run_;
  const std::string line = named.dump() + "\n";
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() || std::fflush(file_.get()) != 0)
    refuse_file(path_, ": cannot be written (", std::strerror(errno),
                "). Is there room on the disk? Checkpoints are untouched.");
  table_->write(named);
  write_events(named);
}

/// The numbers of a record, but for the step itself.
void metrics_log::write_events(const json& record) {
  std::string group = record.contains("epoch") && !record.contains("loss") ? "epoch/" : "train/";
  if (const auto encoder = record.find("encoder"); encoder != record.end() && encoder->is_string())
    group = "evaluation/" + encoder->get<std::string>() + "/";
  std::vector<event_scalar> scalars;
  for (const auto& [name, value] : record.items())
    if (value.is_number() && name != "step") scalars.push_back({group + name, value.get<double>()});
  if (scalars.empty()) return;
  if (!events_)  // a table alone leaves what was said of its step
    events_ = std::make_unique<event_file>(folder_, run_, record.contains("step") ? step_ : step_ + 1);
  events_->write(step_, scalars);
}

}  // namespace run
}  // namespace mixcon_train
