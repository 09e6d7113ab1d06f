// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>

#include <cmath>
#include <numbers>

namespace mixcon_train {
inline namespace nn {

using mixcon::index_t;

/// How much of itself a momentum copy keeps at each step: `first` until a share `rises_from` of all steps, then
/// last - (last - first) (cos(pi step / (rises_to steps)) + 1) / 2 up to `last`. The cosine counts from step 0, as
/// published, so it begins with a jump. AutoMix and SAMix, arXiv:2103.13027, arXiv:2111.15454.
struct momentum_schedule {
  double first = 0.999, last = 0.99999;
  double rises_from = 0.1, rises_to = 1;

  double at(index_t step, index_t steps) const {
    MIXCON_REQUIRE(step >= 0 && step < steps, "momentum_schedule: step ", step, " of ", steps,
                   "; steps are numbered from 0.");
    MIXCON_REQUIRE(rises_from <= rises_to && rises_to > 0, "momentum_schedule: it rises from ", rises_from, " to ",
                   rises_to, " of all steps; expected shares in this order, the second above 0.");
    const double done = static_cast<double>(step) / static_cast<double>(steps);
    if (done < rises_from) return first;
    if (done >= rises_to) return last;
    return last - (last - first) * (std::cos(std::numbers::pi * done / rises_to) + 1) / 2;
  }
};

}  // namespace nn
}  // namespace mixcon_train
