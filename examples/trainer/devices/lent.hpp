// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/kept_memory.hpp"

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace devices {

/// An object that owns memory whose allocator is not ours to choose: a plan, targets or a list of the library. It is
/// made once, lent, and given back as it is, for whoever asks next: what is written into it anew finds room there. It
/// holds what its last user left. One store for each type serves the process, as that of `kept_memory` does; under
/// AddressSanitizer objects end when they are given back.
template <class T>
class lent {
 public:
  lent() : object_(taken()) {}
  explicit lent(const T& as) : lent() { *object_ = as; }
  lent(lent&& other) noexcept = default;
  lent& operator=(lent&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  lent(const lent&) = delete;
  lent& operator=(const lent&) = delete;
  ~lent() {
    if (object_ && kept_memory::keeps) give_back();
  }

  T& operator*() const { return *object_; }
  T* operator->() const { return object_.get(); }

 private:
  struct store {
    std::mutex mutex{};
    std::vector<std::unique_ptr<T>> free{};
    std::size_t made = 0;
  };
  static store& all() {
    static store* const only = new store;  // what ends last may still give back
    return *only;
  }
  static std::unique_ptr<T> taken() {
    if (!kept_memory::keeps) return std::make_unique<T>();
    store& from = all();
    const std::lock_guard lock(from.mutex);
    if (from.free.empty()) {
      from.free.reserve(++from.made);  // so that giving back allocates nothing
      return std::make_unique<T>();
    }
    std::unique_ptr<T> found = std::move(from.free.back());
    from.free.pop_back();
    return found;
  }
  void give_back() noexcept {
    store& to = all();
    const std::lock_guard lock(to.mutex);
    to.free.push_back(std::move(object_));
  }

  std::unique_ptr<T> object_;
};

}  // namespace devices
}  // namespace mixcon_train
