// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "files/file_error.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace mixcon_train {
inline namespace files {

/// A file that is read from front to back, and unpacked on the way when it is gzip. Every trouble is a file_error that
/// says the file and the byte (of the unpacked bytes).
class input_file {
 public:
  /// Opens a regular file. `advice` ends every sentence of refusal: what the user can do.
  input_file(std::string path, std::string advice);

  /// Fills `into`, or refuses: the file ended before, or is damaged. `what` is being read.
  void read(std::span<std::uint8_t> into, const char* what);

  /// Refuses unless the file can hold that many more bytes: asked before memory for them is allocated. A plain file
  /// holds what its size says; a packed one at most 1032 bytes for each of its own, the limit of deflate.
  void require_room_for(std::uint64_t bytes, const char* what) const;

  /// Refuses bytes after the last one that was expected, and a packed file whose checksum is wrong.
  void require_end();

  /// Throws a file_error: "FILE, byte 16 (unpacked): REASON. ADVICE"
  [[noreturn]] void refuse(const std::string& reason) const;
  [[noreturn]] void refuse_at(std::uint64_t offset, const std::string& reason) const;

  std::uint64_t offset() const { return offset_; }
  const std::string& path() const { return path_; }

 private:
  struct closed {
    void operator()(void* file) const;
  };
  void refuse_if_damaged() const;

  std::string path_, advice_;
  std::unique_ptr<void, closed> file_;  // zlib's gzFile
  bool packed_ = false;
  std::uint64_t offset_ = 0, most_ = 0;  // bytes that were read; that there can be
};

}  // namespace files
}  // namespace mixcon_train
