// SPDX-License-Identifier: BSD-3-Clause
#include "commands/free_file.hpp"

#include "files/file_error.hpp"

#include <filesystem>

namespace mixcon_train {
inline namespace commands {

void require_free(const std::string& path) {
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, error)))
    refuse_file(path, ": this file is there already. Replace it by --overwrite, or name another by --out.");
}

void require_folder_of(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!folder.empty() && !std::filesystem::is_directory(folder, error))
    refuse_file(path, ": there is no such folder. Make it, or name another file.");
  if (std::filesystem::is_directory(path, error)) refuse_file(path, ": this is a folder; expected the name of a file.");
}

std::string beside(const std::string& npy, const std::string& part) {
  std::string path = npy.substr(0, npy.size() - 4);
  return path.append(".").append(part).append(".npy");
}

}  // namespace commands
}  // namespace mixcon_train
