// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace optimisers {

using mixcon::index_t;

/// The learning rate of step 0 .. steps - 1: it grows evenly from peak / warm_up to the peak over the first `warm_up`
/// steps; then it stays there, falls by half a cosine to `floor`, or is multiplied by `factor` at each of `milestones`
/// (shares of all steps) and stays at `floor` or above.
struct schedule {
  enum class shape { cosine, steps, constant };
  double peak = 0.1;
  index_t steps = 0, warm_up = 0;
  shape form = shape::cosine;
  std::vector<double> milestones{0.5, 0.75};
  double factor = 0.1;
  double floor = 0;  ///< at most `peak`

  double at(index_t step) const {
    MIXCON_REQUIRE(step >= 0 && step < steps && warm_up >= 0, "schedule: step ", step, " of ", steps, " with ", warm_up,
                   " of warm-up; steps are numbered from 0.");
    MIXCON_REQUIRE(floor >= 0 && floor <= peak, "schedule: a floor of ", floor, " under a peak of ", peak,
                   "; expected at least 0 and no more than the peak.");
    if (step < warm_up) return peak * static_cast<double>(step + 1) / static_cast<double>(warm_up);
    if (form == shape::cosine) {
      const double done = static_cast<double>(step - warm_up) / static_cast<double>(steps - warm_up);
      return floor + (peak - floor) * (1 + std::cos(std::numbers::pi * done)) / 2;
    }
    double rate = peak;
    if (form == shape::constant) return rate;
    for (const double milestone : milestones)
      if (static_cast<double>(step) >= milestone * static_cast<double>(steps)) rate *= factor;
    return std::max(rate, floor);
  }
};

}  // namespace optimisers
}  // namespace mixcon_train
