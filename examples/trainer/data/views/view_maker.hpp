// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"
#include "data/views/float_image.hpp"

#include <cstdint>

namespace mixcon_train {
inline namespace data {

/// Names a view: its random numbers depend on nothing else, neither on threads, batch size nor order.
struct view_key {
  std::uint64_t seed = 0, epoch = 0;
  index_t sample = 0, view = 0;
};

/// What one thread works in while it makes views.
struct view_room {
  float_image image{};
};

/// Makes views of the samples of one data set, which outlives it: what a network sees of them, normalised, and altered
/// at random. Any number of threads may call one maker at once, each with a room of its own.
class view_maker {
 public:
  explicit view_maker(const data_set& data) : data_(&data) {}
  virtual ~view_maker() = default;
  /// Writes the data().width() numbers of the view that `key` names. Allocates nothing in a room of `new_room`.
  virtual void view(const view_key& key, float* out, view_room& room) const = 0;
  virtual view_room new_room() const { return {}; }
  const data_set& data() const { return *data_; }

 protected:
  view_maker(const view_maker&) = default;
  view_maker& operator=(const view_maker&) = default;

 private:
  const data_set* data_;
};

}  // namespace data
}  // namespace mixcon_train
