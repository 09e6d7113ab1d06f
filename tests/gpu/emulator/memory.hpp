// SPDX-License-Identifier: BSD-3-Clause
// Emulated device memory: filled with NaN, with red zones on both sides of every allocation, which are looked at after
// every launch. With AddressSanitizer its own red zones are better, and these are left out. An arena has red zones
// between the arrays that it cuts from an allocation, in every build.
#pragma once

#include "gpu/emulator/failure.hpp"
#include "gpu/emulator/sanitizers.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <new>

namespace mixcon::gpu::emulated {

class device_memory_map {
 public:
  static constexpr std::size_t red_zone = sanitized ? 0 : 256, alignment = 256;
  static constexpr std::byte red{0xFD};

  static device_memory_map& get() {
    static device_memory_map one;
    return one;
  }
  void* allocate(std::size_t bytes) {
    const quiet books;
    auto* base = static_cast<std::byte*>(::operator new(bytes + 2 * red_zone, std::align_val_t{alignment}));
    std::memset(base, static_cast<int>(red), red_zone);
    std::memset(base + red_zone, 0xFF, bytes);
    std::memset(base + red_zone + bytes, static_cast<int>(red), red_zone);
    blocks_[base + red_zone] = bytes;
    return base + red_zone;
  }
  void release(void* data) {
    if (data == nullptr) return;
    const quiet books;
    const auto block = blocks_.find(static_cast<std::byte*>(data));
    forget_red_zones(data, block->second);
    blocks_.erase(block);
    ::operator delete(static_cast<std::byte*>(data) - red_zone, std::align_val_t{alignment});
  }
  std::size_t allocations() const { return blocks_.size(); }
  /// Whether an address lies in device memory.
  bool holds(const void* address) const {
    const auto* at = static_cast<const std::byte*>(address);
    const auto next = blocks_.upper_bound(at);
    return next != blocks_.begin() && at < std::prev(next)->first + std::prev(next)->second;
  }

  /// A red zone within an allocation, until memory that it lies in is given to an array.
  void add_red_zone(void* begin, std::size_t bytes) {
    if (!holds(begin)) return;
    const quiet books;
    std::memset(begin, static_cast<int>(red), bytes);
    zones_[static_cast<std::byte*>(begin)] = bytes;
  }
  void forget_red_zones(const void* begin, std::size_t bytes) {
    const quiet books;
    const auto* first = static_cast<const std::byte*>(begin);
    zones_.erase(zones_.lower_bound(first), zones_.lower_bound(first + bytes));
  }

  /// Throws when a byte of a red zone has changed: a kernel wrote outside of what was allocated.
  void check_red_zones() const {
    for (const auto& [data, bytes] : blocks_)
      for (std::size_t k = 0; k < red_zone; ++k)
        if (data[bytes + k] != red || *(data - 1 - k) != red) {
          std::string text = "a kernel wrote ";
          text += data[bytes + k] != red ? "past the end" : "before the beginning";
          throw failure(text + " of an allocation of " + std::to_string(bytes) + " bytes");
        }
    for (const auto& [begin, bytes] : zones_)
      if (*begin != red || std::memcmp(begin, begin + 1, bytes - 1) != 0)
        throw failure("a kernel wrote past the end of an array of a workspace");
  }
  /// Throws when an address of so many bytes is unaligned, or touches a red zone.
  void check(const void* address, std::size_t bytes, const char* what, const place& where) const {
    std::string text = what;
    if (reinterpret_cast<std::uintptr_t>(address) % bytes != 0) {
      text += ": the address is not a multiple of " + std::to_string(bytes) + " bytes, at ";
      throw failure(text + where.text());
    }
    const auto* at = static_cast<const std::byte*>(address);
    const auto next = blocks_.upper_bound(at);
    const bool under = next != blocks_.end() && at + bytes > next->first && at < next->first;
    bool over = false;
    if (next != blocks_.begin()) {
      const auto& [data, size] = *std::prev(next);
      over = at + bytes > data + size && at < data + size + red_zone;
    }
    if (under || over) throw failure(text + ": outside of what was allocated, at " + where.text());
  }

 private:
  std::map<const std::byte*, std::size_t> blocks_, zones_;
};

}  // namespace mixcon::gpu::emulated
