// SPDX-License-Identifier: BSD-3-Clause
#include "run/metrics_csv.hpp"

#include "files/atomic_file.hpp"
#include "files/file_error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace mixcon_train {
inline namespace run {

using json = nlohmann::ordered_json;

namespace {

/// A field in quotes where it needs them.
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string safe = "\"";
  for (const char c : text) safe += c == '"' ? std::string("\"\"") : std::string(1, c);
  return safe + '"';
}

std::string field_of(const json& value) {
  if (value.is_null()) return "";
  return quoted(value.is_string() ? value.get<std::string>() : value.dump());
}

}  // namespace

metrics_csv::metrics_csv(std::string path, std::string run, const std::vector<json>& records)
    : path_(std::move(path)), run_(std::move(run)), records_(records) {
  for (const json& record : records_) widen(record);
  if (!records_.empty()) {
    rewrite();
    return;
  }
  std::error_code error;
  std::filesystem::remove(path_, error);
  if (error) refuse_file(path_, ": cannot be taken away (", error.message(), "). May you write there?");
}

metrics_csv::~metrics_csv() = default;

/// Whether a record has a name that is new.
bool metrics_csv::widen(const json& record) {
  const std::size_t before = names_.size();
  for (const auto& [name, value] : record.items())
    if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
  return names_.size() > before;
}

std::string metrics_csv::line_of(const json& record) const {
  std::string line = quoted(run_);
  for (std::size_t k = 1; k < names_.size(); ++k) {
    const auto at = record.find(names_[k]);
    line += ',';
    if (at != record.end()) line += field_of(*at);
  }
  return line + '\n';
}

void metrics_csv::rewrite() {
  std::string text;
  for (const std::string& name : names_) {
    if (!text.empty()) text += ',';
    text += quoted(name);
  }
  text += '\n';
  for (const json& record : records_) text += line_of(record);
  file_.reset();
  write_atomically(path_, text);
  file_.reset(std::fopen(path_.c_str(), "ae"));
  if (!file_) refuse_file(path_, ": cannot be opened (", std::strerror(errno), "). May you write there?");
}

void metrics_csv::write(const json& record) {
  records_.push_back(record);
  if (widen(record) || !file_) return rewrite();
  const std::string line = line_of(record);
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() || std::fflush(file_.get()) != 0)
    refuse_file(path_, ": cannot be written (", std::strerror(errno),
                "). Is there room on the disk? Checkpoints are untouched.");
}

}  // namespace run
}  // namespace mixcon_train
