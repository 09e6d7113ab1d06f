// SPDX-License-Identifier: BSD-3-Clause
// Scalars over steps for TensorBoard: a file of framed records, each a protocol buffer `Event`.
// https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto
#pragma once

#include <mixcon/core/config.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mixcon_train {
inline namespace files {

using mixcon::index_t;

/// One number under its name, such as {"train/loss", 0.5}; the file holds it in single precision.
struct event_scalar {
  std::string tag{};
  double value = 0;
};

/// Bytes of an event with these scalars, and of the events at the beginning of a file: its version; that a process
/// starts at a step, so that TensorBoard drops what an earlier file says of that step and later ones.
std::string scalars_event(double wall_time, index_t step, const std::vector<event_scalar>& scalars);
std::string version_event(double wall_time);
std::string start_event(double wall_time, index_t step);

/// A record of TFRecord: length (64 bits), masked CRC-32C of these, the bytes, masked CRC-32C of them, little-endian.
std::string framed_record(std::string_view bytes);

/// An event file that grows; whatever was written is in the file when `write` returns.
class event_file {
 public:
  /// Makes FOLDER/events.out.tfevents.SECONDS.OWNER with the time in seconds since 1970, ten digits; one later while
  /// that name is taken, so that files sort as they were begun. `first_step` is the first one that will be written: a
  /// run that goes on after step s begins with s + 1. Throws file_error.
  event_file(const std::string& folder, const std::string& owner, index_t first_step);
  ~event_file();

  /// Appends scalars of a step at the present time. Throws file_error where the disk is full.
  void write(index_t step, const std::vector<event_scalar>& scalars);

  const std::string& path() const { return path_; }

 private:
  struct closed {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void append(const std::string& event);

  std::string path_{};
  std::unique_ptr<std::FILE, closed> file_{};
};

/// The owner in such a file's name; empty: this is no such name.
std::string owner_of_event_file(const std::string& name);

}  // namespace files
}  // namespace mixcon_train
