// SPDX-License-Identifier: BSD-3-Clause
#include "files/event_file.hpp"

#include "files/crc32c.hpp"
#include "files/file_error.hpp"

#include <bit>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>

namespace mixcon_train {
inline namespace files {

namespace {

constexpr const char* beginning_of_name = "events.out.tfevents.";

// Wire types of protocol buffers: how many bytes follow a field's number.
enum class wire : unsigned { varint = 0, eight_bytes = 1, counted = 2, four_bytes = 5 };

std::string little_endian(std::uint64_t number, int bytes) {
  std::string text;
  for (int k = 0; k < bytes; ++k, number >>= 8U) text += static_cast<char>(number & 255U);
  return text;
}

std::string varint(std::uint64_t number) {
  std::string text;
  for (; number >= 128; number >>= 7U) text += static_cast<char>((number & 127U) | 128U);
  return text + static_cast<char>(number);
}

std::string key(unsigned field, wire kind) { return varint(field << 3U | static_cast<unsigned>(kind)); }

std::string counted_field(unsigned field, const std::string& bytes) {
  return key(field, wire::counted) + varint(bytes.size()) + bytes;
}

/// Event: wall_time = 1, step = 2; more follows.
std::string event(double wall_time, index_t step) {
  return key(1, wire::eight_bytes) + little_endian(std::bit_cast<std::uint64_t>(wall_time), 8) + key(2, wire::varint) +
         varint(static_cast<std::uint64_t>(step));
}

std::uint32_t masked(std::uint32_t crc) { return (crc >> 15U | crc << 17U) + 0xA282EAD8U; }

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

}  // namespace

std::string scalars_event(double wall_time, index_t step, const std::vector<event_scalar>& scalars) {
  std::string summary;
  for (const event_scalar& scalar : scalars)  // Summary: value = 1; of that tag = 1, simple_value = 2
    summary += counted_field(1, counted_field(1, scalar.tag) + key(2, wire::four_bytes) +
                                    little_endian(std::bit_cast<std::uint32_t>(static_cast<float>(scalar.value)), 4));
  return event(wall_time, step) + counted_field(5, summary);
}

std::string version_event(double wall_time) { return event(wall_time, 0) + counted_field(3, "brain.Event:2"); }

std::string start_event(double wall_time, index_t step) {
  return event(wall_time, step) + counted_field(7, key(1, wire::varint) + varint(1));  // SessionLog: status = START
}

std::string framed_record(std::string_view bytes) {
  const std::string length = little_endian(bytes.size(), 8);
  return length + little_endian(masked(crc32c(length)), 4) + std::string(bytes) +
         little_endian(masked(crc32c(bytes)), 4);
}

event_file::event_file(const std::string& folder, const std::string& owner, index_t first_step) {
  const double begun = now();
  for (auto seconds = static_cast<long long>(begun); !file_; ++seconds) {
    path_ = folder + "/" + beginning_of_name + std::to_string(seconds) + "." + owner;
    file_.reset(std::fopen(path_.c_str(), "wbxe"));
    if (!file_ && errno != EEXIST)
      refuse_file(path_, ": cannot be made (", std::strerror(errno), "). May you write there?");
  }
  append(version_event(begun));
  append(start_event(begun, first_step));
}

event_file::~event_file() = default;

void event_file::append(const std::string& event) {
  const std::string record = framed_record(event);
  if (std::fwrite(record.data(), 1, record.size(), file_.get()) != record.size() || std::fflush(file_.get()) != 0)
    refuse_file(path_, ": cannot be written (", std::strerror(errno),
                "). Is there room on the disk? Checkpoints are untouched.");
}

void event_file::write(index_t step, const std::vector<event_scalar>& scalars) {
  append(scalars_event(now(), step, scalars));
}

std::string owner_of_event_file(const std::string& name) {
  const std::string begin = beginning_of_name;
  if (!name.starts_with(begin)) return "";
  const std::size_t dot = name.find('.', begin.size());
  if (dot == std::string::npos || dot == begin.size()) return "";
  const std::string digits = name.substr(begin.size(), dot - begin.size());
  return digits.find_first_not_of("0123456789") == std::string::npos ? name.substr(dot + 1) : "";
}

}  // namespace files
}  // namespace mixcon_train
