// SPDX-License-Identifier: BSD-3-Clause
// The asynchronous copies of one thread, in groups. They land as late as a wait allows, or at once: right kernels give
// the same bits either way.
#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

namespace mixcon::gpu::emulated {

struct asynchronous_copy {
  void* to;
  const void* from;  // null: zeros
  std::size_t bytes;
  void land() const {
    if (from != nullptr)
      std::memcpy(to, from, bytes);
    else
      std::memset(to, 0, bytes);
  }
};

class asynchronous_copies {
 public:
  void forget() { open_.clear(), groups_.clear(); }
  void add(const asynchronous_copy& copy) { open_.push_back(copy); }
  void commit() { groups_.push_back(std::move(open_)), open_.clear(); }
  bool more_than(std::size_t groups) const { return groups_.size() > groups; }
  std::vector<asynchronous_copy> take_oldest() {
    std::vector<asynchronous_copy> oldest = std::move(groups_.front());
    groups_.erase(groups_.begin());
    return oldest;
  }

 private:
  std::vector<asynchronous_copy> open_;
  std::vector<std::vector<asynchronous_copy>> groups_;
};

}  // namespace mixcon::gpu::emulated
