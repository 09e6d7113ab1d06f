// SPDX-License-Identifier: BSD-3-Clause
// What CUB does for mixcon/gpu/sort.hpp, on the host.
#pragma once

#include "gpu/emulator/memory.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <vector>

namespace mixcon::gpu::emulated {

/// Any size will do, if the caller brings it; it is overwritten, as CUB does.
inline std::size_t sort_bytes(std::int64_t count) { return 64 + 16 * static_cast<std::size_t>(count); }

/// Null, or why not.
inline const char* sort_pairs(void* room, std::size_t room_bytes, const std::int64_t* keys, const std::int64_t* values,
                              std::int64_t* keys_out, std::int64_t* values_out, std::int64_t count, int key_bits) {
  if (room == nullptr || room_bytes < sort_bytes(count)) return "sort_pairs: the room is too small";
  std::memset(room, 0xFF, sort_bytes(count));
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  const std::uint64_t bits = key_bits < 64 ? (std::uint64_t{1} << key_bits) - 1 : ~std::uint64_t{0};
  const std::uint64_t sign = key_bits < 64 ? 0 : std::uint64_t{1} << 63;
  const auto place = [&](std::int64_t k) { return (static_cast<std::uint64_t>(keys[k]) & bits) ^ sign; };
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return place(a) < place(b); });
  for (std::int64_t k = 0; k < count; ++k) {
    keys_out[k] = keys[order[static_cast<std::size_t>(k)]];
    values_out[k] = values[order[static_cast<std::size_t>(k)]];
  }
  return nullptr;
}
inline const char* find_runs(void* room, std::size_t room_bytes, const std::int64_t* keys, std::int64_t count,
                             std::int64_t* distinct, std::int64_t* length, std::int64_t* runs) {
  if (room == nullptr || room_bytes < sort_bytes(count)) return "find_runs: the room is too small";
  std::memset(room, 0xFF, sort_bytes(count));
  std::int64_t found = 0;
  for (std::int64_t k = 0; k < count; ++k) {
    if (k == 0 || keys[k] != keys[k - 1]) distinct[found] = keys[k], length[found++] = 0;
    ++length[found - 1];
  }
  *runs = found;
  return nullptr;
}

}  // namespace mixcon::gpu::emulated
