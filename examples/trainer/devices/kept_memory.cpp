// SPDX-License-Identifier: BSD-3-Clause
#include "devices/kept_memory.hpp"

#include <algorithm>
#include <bit>
#include <mutex>
#include <new>

namespace mixcon_train {
inline namespace devices {

namespace {

/// Sizes in steps of 64 bytes, and above 4096 the next power of two.
constexpr std::size_t step = 64, steps = 64;

std::size_t list_of(std::size_t bytes) {
  const std::size_t count = (std::max<std::size_t>(bytes, 1) + step - 1) / step;
  return count <= steps ? count - 1 : steps + static_cast<std::size_t>(std::bit_width(count - 1)) - 7;
}
std::size_t bytes_in(std::size_t list) {
  return list < steps ? (list + 1) * step : (2 * steps * step) << (list - steps);
}

struct free_block {
  free_block* next;
};
struct store {
  std::mutex mutex{};
  free_block* free[steps + 48] = {};
};
/// It is there as long as the process: what ends last may still give back.
store& kept() {
  static store* const only = new store;
  return *only;
}

}  // namespace

void* kept_memory::take(std::size_t bytes) {
  if (!keeps) return ::operator new(bytes);
  const std::size_t list = list_of(bytes);
  {
    store& from = kept();
    const std::lock_guard lock(from.mutex);
    if (free_block* const found = from.free[list]) {
      from.free[list] = found->next;
      return found;
    }
  }
  return ::operator new(bytes_in(list));
}

void kept_memory::give_back(void* memory, std::size_t bytes) noexcept {
  if (!keeps) return ::operator delete(memory);
  const std::size_t list = list_of(bytes);
  store& to = kept();
  const std::lock_guard lock(to.mutex);
  to.free[list] = new (memory) free_block{to.free[list]};
}

}  // namespace devices
}  // namespace mixcon_train
