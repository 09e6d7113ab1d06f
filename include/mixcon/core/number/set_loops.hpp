// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Loops over numbers side by side that run in the widest instruction set in use, for code that is no engine.

#include <mixcon/core/number/instruction_sets.hpp>
#include <mixcon/core/number/lane_loops.hpp>
#if !defined(__CUDACC__)  // nvcc has no vector registers
#include <mixcon/core/number/lanes.hpp>
#endif

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace vectors {

/// What a task is told of its lanes: those of a set.
template <class Set>
struct lanes_of_set {
  template <class T>
  using vector = typename Set::template vector<T>;
};

/// Calls run(how): in the widest set in use, `how` having its lanes, where the executor's `own` lanes are several; else
/// with `own`.
template <class How, class Run>
void run_on_lanes(const How& own, const Run& run) {
  if constexpr (lane_count<typename How::template vector<float>>() > 1)
    for_set_in_use([&](auto set) {
      using set_in_use = decltype(set);
      run_for<set_in_use>([&] { run(lanes_of_set<set_in_use>{}); });
    });
  else
    run(own);
}

/// Whether all of `count` numbers are right, by is_right(number or lanes of them).
template <class Set, class T, class Right>
bool all_right(const T* numbers, index_t count, const Right& is_right) {
  bool right = true;
#if defined(__CUDACC__)
  for (index_t k = 0; k < count; ++k) right = right && is_right(numbers[k]);
#else
  using vector = typename Set::template vector<T>;
  run_for<Set>([&] {
    mask_of<vector> so_far = vector(0) == vector(0);
    index_t k = 0;
    for (; k + lane_count<vector>() <= count; k += lane_count<vector>())
      so_far = so_far && is_right(mixcon::detail::load_as<vector>(numbers + k));
    right = so_far.all();
    for (; k < count; ++k) right = right && is_right(numbers[k]);
  });
#endif
  return right;
}

}  // namespace vectors
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
