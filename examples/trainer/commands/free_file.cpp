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

std::string beside(const std::string& npy, const std::string& part) {
  std::string path = npy.substr(0, npy.size() - 4);
  return path.append(".").append(part).append(".npy");
}

}  // namespace commands
}  // namespace mixcon_train
