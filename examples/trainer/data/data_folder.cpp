// SPDX-License-Identifier: BSD-3-Clause
#include "data/data_folder.hpp"

#include "files/file_error.hpp"

#include <filesystem>

namespace mixcon_train {
inline namespace data {

namespace {

/// A name as it was given and, unless it began at the root, where that is.
std::string with_place(const std::string& folder) {
  std::error_code error;
  const std::filesystem::path full = std::filesystem::absolute(folder, error);
  return error || full == folder ? folder : folder + " (" + full.lexically_normal().string() + ")";
}

}  // namespace

void require_files_in(const std::string& folder, const std::vector<std::string>& files, bool packed,
                      const std::string& advice) {
  std::error_code error;
  const auto status = std::filesystem::status(folder, error);
  if (!std::filesystem::exists(status)) refuse_file(with_place(folder), ": there is no such folder. ", advice);
  if (!std::filesystem::is_directory(status)) refuse_file(with_place(folder), ": this is no folder. ", advice);
  const auto is_there = [&](const std::string& name) {
    return std::filesystem::exists(std::filesystem::path(folder) / name, error);
  };
  std::string all, first_missing;
  for (const std::string& name : files) {
    all += (all.empty() ? "" : ", ") + name;
    if (first_missing.empty() && !is_there(name) && !(packed && is_there(name + ".gz"))) first_missing = name;
  }
  if (!first_missing.empty())
    refuse_file((std::filesystem::path(folder) / first_missing).string(), ": there is no such file. Looked for ", all,
                packed ? ", each plain or with .gz. " : ". ", advice);
}

}  // namespace data
}  // namespace mixcon_train
