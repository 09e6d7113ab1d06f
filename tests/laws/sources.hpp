// SPDX-License-Identifier: BSD-3-Clause
// The repository's files, for laws about them.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace mixcon_test {

namespace fs = std::filesystem;

inline std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}
/// All files of that ending below a folder, in the order of their paths.
inline std::vector<fs::path> files_below(const fs::path& folder, const std::string& ending) {
  std::vector<fs::path> files;
  if (fs::exists(folder))
    for (const auto& file : fs::recursive_directory_iterator(folder))
      if (file.is_regular_file() && file.path().extension() == ending) files.push_back(file.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace mixcon_test
