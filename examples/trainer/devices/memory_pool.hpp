// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <new>
#include <vector>

namespace mixcon_train {
inline namespace devices {

/// Aligned memory that is given back to be used again: training asks for the same sizes in every step, so that from the
/// second on nothing is taken from the system.
class memory_pool {
 public:
  memory_pool() = default;
  memory_pool(const memory_pool&) = delete;
  memory_pool& operator=(const memory_pool&) = delete;
  ~memory_pool() {
    for (auto& [size, blocks] : free_)
      for (void* block : blocks) ::operator delete(block, alignment);
  }

  void* take(std::size_t bytes) {
    std::vector<void*>& blocks = free_[bytes];
    if (blocks.empty()) {
      ++allocations_;
      return ::operator new(bytes, alignment);
    }
    void* block = blocks.back();
    blocks.pop_back();
    return block;
  }
  void give_back(void* block, std::size_t bytes) { free_[bytes].push_back(block); }
  mixcon::index_t allocations() const { return allocations_; }

 private:
  static constexpr std::align_val_t alignment{64};
  std::map<std::size_t, std::vector<void*>> free_;
  mixcon::index_t allocations_ = 0;
};

/// A standard allocator from a pool, which outlives what it gives out: for `std::allocate_shared`.
template <class T>
struct pool_memory {
  using value_type = T;
  explicit pool_memory(memory_pool& of) : from(&of) {}
  template <class U>
  pool_memory(const pool_memory<U>& other) : from(other.from) {}  // NOLINT(google-explicit-constructor)

  T* allocate(std::size_t count) { return static_cast<T*>(from->take(count * sizeof(T))); }
  void deallocate(T* memory, std::size_t count) { from->give_back(memory, count * sizeof(T)); }
  template <class U>
  bool operator==(const pool_memory<U>& other) const {
    return from == other.from;
  }

  memory_pool* from;
};

}  // namespace devices
}  // namespace mixcon_train
