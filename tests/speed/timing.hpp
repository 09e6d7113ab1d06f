// SPDX-License-Identifier: BSD-3-Clause
// Ratios of processor time that other work of the machine disturbs as little as can be.
#pragma once

#include <mixcon/core/number/instruction_sets.hpp>

#include <algorithm>
#include <cmath>
#include <ctime>

namespace mixcon_test {

inline const char* name_of(mixcon::instruction_set which) {
  return which == mixcon::instruction_set::avx512 ? "AVX-512"
         : which == mixcon::instruction_set::avx2 ? "AVX2"
                                                  : "the flags";
}
/// Seconds of this process's own work.
inline double processor_time() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}
template <class F>
double seconds_of(const F& f) {
  const double begin = processor_time();
  f();
  return processor_time() - begin;
}

/// How many times as long the loop takes as the engine, or one engine as another: the best of each, in turns, so that
/// other work of the machine counts as little as can be. Goes on, up to a limit, until the ratio is `enough`: an engine
/// that became slower does not get there, and a disturbed one does.
template <class Loop, class Engine>
double ratio_of(const Loop& loop, const Engine& engine, double enough) {
  constexpr int least = 8, most = 30;
  double of_loop = HUGE_VAL, of_engine = HUGE_VAL;
  for (int turn = 0; turn < least || (turn < most && of_loop < enough * of_engine); ++turn) {
    of_loop = std::min(of_loop, seconds_of(loop));
    of_engine = std::min(of_engine, seconds_of(engine));
  }
  return of_loop / of_engine;
}

}  // namespace mixcon_test
