// SPDX-License-Identifier: BSD-3-Clause
// In which order threads and blocks run, and what a launch counted.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

namespace mixcon::gpu::emulated {

/// A GPU promises no order, so results must have the same bits in every one.
enum class order {
  forward,      // from thread 0 on
  backward,     // from the last thread on
  interleaved,  // lane 0 of every warp, then lane 1, ...; blocks from both ends
  shuffled,     // anew at every turn, from a seed
};

/// When an asynchronous copy arrives. A right kernel gives the same bits either way.
enum class landing {
  late,   // at the last moment that a wait allows: a missing wait leaves NaN
  early,  // when it is asked for: a stage that is still in use is overwritten
};

/// What a test sets before it launches. A launch on a null stream takes `the_settings()`.
struct settings {
  order threads = order::forward;
  std::uint32_t seed = 1;
  landing copies = landing::late;
};
inline settings& the_settings() {
  static settings all;
  return all;
}
/// The orders that every kernel is run in.
inline std::vector<settings> every_order() {
  return {{order::forward, 1, landing::late},
          {order::backward, 1, landing::early},
          {order::interleaved, 1, landing::late},
          {order::shuffled, 1, landing::late},
          {order::shuffled, 2, landing::early}};
}

/// Counted since the program began or `the_counts() = {}`.
struct counts {
  std::uint64_t launches = 0, blocks = 0, switches = 0;
  std::uint64_t barriers = 0, meetings = 0;  // block-wide; of a warp's lanes
  std::uint64_t matrix_loads = 0, products = 0, copies = 0;
  std::uint64_t copies_to_host = 0;
  std::uint64_t bank_conflicts = 0;  // of matrix loads: turns beyond one for each 8 x 8 matrix
};
inline counts& the_counts() {
  static counts all;
  return all;
}

/// The numbers below `count` in an order; `stride` of them (a warp) are interleaved with the next.
inline void put_in_order(std::vector<unsigned>& turns, unsigned count, order by, unsigned stride, std::mt19937& bits) {
  turns.resize(count);
  std::iota(turns.begin(), turns.end(), 0U);
  if (by == order::backward) std::reverse(turns.begin(), turns.end());
  if (by == order::shuffled) std::shuffle(turns.begin(), turns.end(), bits);
  if (by == order::interleaved)
    std::stable_sort(turns.begin(), turns.end(), [=](unsigned a, unsigned b) { return a % stride < b % stride; });
}

}  // namespace mixcon::gpu::emulated
