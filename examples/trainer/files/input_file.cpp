// SPDX-License-Identifier: BSD-3-Clause
#include "files/input_file.hpp"

#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

namespace mixcon_train {
inline namespace files {

namespace {

constexpr std::uint64_t largest_expansion = 1032;  // of deflate
constexpr std::uint64_t largest_file = std::uint64_t{8} << 30;

gzFile opened(void* file) { return static_cast<gzFile>(file); }

}  // namespace

void input_file::closed::operator()(void* file) const { gzclose(opened(file)); }

input_file::input_file(std::string path, std::string advice) : path_(std::move(path)), advice_(std::move(advice)) {
  std::error_code error;
  const auto status = std::filesystem::status(path_, error);
  if (!std::filesystem::exists(status)) refuse_file(path_, ": there is no such file. ", advice_);
  if (!std::filesystem::is_regular_file(status)) refuse_file(path_, ": this is not a regular file. ", advice_);
  const std::uint64_t size = std::filesystem::file_size(path_, error);
  if (error) refuse_file(path_, ": its size is not known (", error.message(), "). ", advice_);
  errno = 0;
  file_.reset(gzopen(path_.c_str(), "rb"));
  if (!file_) refuse_file(path_, ": cannot be opened (", std::strerror(errno), "). May you read it?");
  gzbuffer(opened(file_.get()), 1 << 16);
  packed_ = gzdirect(opened(file_.get())) == 0;
  most_ =
      packed_ && size < std::numeric_limits<std::uint64_t>::max() / largest_expansion ? size * largest_expansion : size;
}

void input_file::refuse(const std::string& reason) const { refuse_at(offset_, reason); }

void input_file::refuse_at(std::uint64_t offset, const std::string& reason) const {
  refuse_file(path_, ", byte ", offset, packed_ ? " (unpacked): " : ": ", reason, ". ", advice_);
}

void input_file::refuse_if_damaged() const {
  int error = Z_OK;
  const char* text = gzerror(opened(file_.get()), &error);
  if (error == Z_BUF_ERROR) refuse("the packed file ends before its data does");
  if (error == Z_ERRNO) refuse(std::string("reading failed (") + std::strerror(errno) + ")");
  if (error != Z_OK && error != Z_STREAM_END) refuse(std::string("the packed file is damaged (") + text + ")");
}

void input_file::read(std::span<std::uint8_t> into, const char* what) {
  while (!into.empty()) {
    const std::size_t at_most = std::size_t{1} << 30;  // zlib counts in int
    const auto wanted = static_cast<unsigned>(into.size() < at_most ? into.size() : at_most);
    const int got = gzread(opened(file_.get()), into.data(), wanted);
    if (got <= 0) {
      refuse_if_damaged();
      refuse("the file ends here, in the middle of " + std::string(what));
    }
    offset_ += static_cast<std::uint64_t>(got);
    into = into.subspan(static_cast<std::size_t>(got));
  }
}

void input_file::require_room_for(std::uint64_t bytes, const char* what) const {
  const std::uint64_t left = most_ > offset_ ? most_ - offset_ : 0;
  if (bytes > left || bytes > largest_file)
    refuse(std::string(what) + " would take " + std::to_string(bytes) + " bytes, and the file " +
           (bytes > left ? "cannot hold more than " + std::to_string(left)
                         : "is allowed " + std::to_string(largest_file)));
}

void input_file::require_end() {
  std::uint8_t beyond = 0;
  const int got = gzread(opened(file_.get()), &beyond, 1);
  refuse_if_damaged();
  if (got != 0) refuse("the file goes on after its last expected byte");
}

}  // namespace files
}  // namespace mixcon_train
