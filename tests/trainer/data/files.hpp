// SPDX-License-Identifier: BSD-3-Clause
// Files that tests make, and damage.
#pragma once

#include <unistd.h>
#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace mixcon_test {

using bytes = std::vector<std::uint8_t>;

/// A new folder that goes with its object.
class temporary_folder {
 public:
  temporary_folder() : path_(std::filesystem::temp_directory_path() / "mixcon-test-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no folder for temporary files");
  }
  ~temporary_folder() { std::filesystem::remove_all(path_); }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  std::string path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline void write_bytes(const std::string& path, const bytes& content) {
  std::filesystem::remove(path);  // a file that is overwritten may be synced to the disk, which takes its time
  std::ofstream file(path, std::ios::binary);
  for (const std::uint8_t byte : content) file.put(static_cast<char>(byte));
}

inline bytes read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  bytes content;
  for (char byte = 0; file.get(byte);) content.push_back(static_cast<std::uint8_t>(byte));
  return content;
}

inline bytes packed(const bytes& content, const std::string& scratch) {
  const gzFile file = gzopen(scratch.c_str(), "wb9");
  gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
  gzclose(file);
  return read_bytes(scratch);
}

}  // namespace mixcon_test
