// SPDX-License-Identifier: BSD-3-Clause
#include "files/atomic_file.hpp"

#include "files/file_error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace mixcon_train {
inline namespace files {

namespace {

/// An open file that is closed in any case.
class descriptor {
 public:
  descriptor(const std::string& path, int flags) : number_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  ~descriptor() { close(); }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  bool is_open() const { return number_ >= 0; }
  bool write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = ::write(number_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }
  /// How many bytes came; fewer than asked for at the end of the file, or when reading fails.
  std::size_t read(std::string& into) const {
    std::size_t have = 0;
    while (have < into.size()) {
      const ssize_t got = ::read(number_, into.data() + have, into.size() - have);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      have += static_cast<std::size_t>(got);
    }
    return have;
  }
  bool sync() const { return ::fsync(number_) == 0; }
  bool close() {
    const int number = number_;
    number_ = -1;
    return number < 0 || ::close(number) == 0;
  }

 private:
  int number_;
};

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

[[noreturn]] void refuse_writing(const std::string& path, const std::string& temporary) {
  const int reason = errno;
  ::unlink(temporary.c_str());
  refuse_file(path, ": cannot be written (", std::strerror(reason),
              "). Is there room on the disk, and may you write there? What stood there before is untouched.");
}

}  // namespace

void write_atomically(const std::string& path, std::string_view bytes, const std::string& keep_as) {
  const std::string temporary = path + ".part";
  {
    descriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.is_open() || !file.write(bytes) || !file.sync() || !file.close()) refuse_writing(path, temporary);
  }
  if (!keep_as.empty() && ::access(path.c_str(), F_OK) == 0) {  // a second name first: one of the two is always whole
    const std::string kept = keep_as + ".part";
    ::unlink(kept.c_str());
    if (::link(path.c_str(), kept.c_str()) != 0 || ::rename(kept.c_str(), keep_as.c_str()) != 0)
      refuse_writing(path, temporary);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) refuse_writing(path, temporary);
  const descriptor folder(folder_of(path), O_RDONLY | O_DIRECTORY);
  if (folder.is_open()) folder.sync();  // some file systems cannot sync a folder; the file is whole all the same
}

std::string read_whole_file(const std::string& path, std::size_t largest) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::is_regular_file(status))
    refuse_file(path, std::filesystem::exists(status) ? ": this is no regular file" : ": there is no such file",
                ". Is the path right?");
  const auto size = std::filesystem::file_size(path, error);
  if (error || size > largest)
    refuse_file(path, ": its size is ", size, " bytes; expected at most ", largest, ". Is it the file you mean?");
  const descriptor file(path, O_RDONLY);
  if (!file.is_open()) refuse_file(path, ": cannot be opened (", std::strerror(errno), "). May you read it?");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  const std::size_t have = file.read(bytes);
  if (have != bytes.size()) refuse_file(path, ", byte ", have, ": reading failed. Is the disk well?");
  return bytes;
}

void make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error || !std::filesystem::is_directory(path))
    refuse_file(path, ": the folder cannot be made (", error ? error.message() : std::string("a file is in its place"),
                "). May you write there?");
}

}  // namespace files
}  // namespace mixcon_train
