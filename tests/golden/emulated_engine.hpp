// SPDX-License-Identifier: BSD-3-Clause
// The emulated GPU in checks of losses files: sweeps over pairs by gpu::staged, the rest on the host.
#pragma once

#include "gpu/emulator/emulator.hpp"

#include "golden/loss_cases.hpp"

#include <mixcon/gpu/staged.cuh>
#include <mixcon/mixcon.hpp>

/// Names a namespace in which checks of one engine differ from those of the other.
#define MIXCON_GOLDEN_ENGINE emulated

namespace mixcon_golden {
inline namespace emulated {

struct named_engine {
  engine name;
  static constexpr bool brings_evaluation = true;

  /// How many sweeps over pairs were asked for.
  static int& sweeps() {
    static int count = 0;
    return count;
  }
  template <class... Call>
  auto evaluate(const char* function, mixcon::workspace* memory, const Call&... call) const {
    ++sweeps();
    return mixcon::gpu::staged{}.evaluate(function, memory, call...);
  }
  template <class Row>
  void rows(mixcon::index_t number, Row&& row) const {
    mixcon::serial{}.rows(number, row);
  }
};
/// An engine whose `saved` the host can read.
inline mixcon::serial reading_engine(const named_engine&) { return {}; }

/// What forward leaves for backward.
template <class Objective, class T>
using saved_by_engine = mixcon::gpu::staged_saved;

}  // namespace emulated
}  // namespace mixcon_golden
