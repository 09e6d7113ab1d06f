// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/tiles/tile_call.hpp"
#include "support/catch.hpp"
#include "support/listed_losses.hpp"

#include <mixcon/contrast/targets.hpp>

using namespace mixcon_test;

namespace {

/// A loss of the test's own: log(1 + sum over negatives of e^x) less the mean positive logit.
struct own_loss {
  static constexpr bool needs_positive = true;
  double temperature = 0.5;
  auto statistics() const {
    return mixcon::pack{mixcon::log_sum_exp{mixcon::over::negatives}, mixcon::sum_of{mixcon::over::targets},
                        mixcon::count_of{mixcon::over::targets}};
  }
  template <class T>
  MIXCON_HD T formula(const T& negatives, const T& sum, const T& mass) const {
    return mixcon::softplus(negatives) - sum / mass;
  }
};

}  // namespace
