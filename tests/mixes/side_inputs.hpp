// SPDX-License-Identifier: BSD-3-Clause
// Whatever a policy may look at besides its draws, for one batch, and the plan of any policy made with it.
#pragma once

#include <mixcon/core/random/uniform.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/draws.hpp>

#include <vector>

namespace mixcon_test {

/// Six images of 56 x 112 in three classes: every policy of `all_mixes` can mix them.
struct side_inputs {
  mixcon::image_shape shape{.samples = 6, .channels = 2, .rows = 56, .columns = 112};
  std::vector<int> labels{0, 1, 0, 2, 1, 0};
  std::vector<double> saliency, features;  ///< (6, 56, 112) in [0, 1), and (6, 3, 7, 14)

  side_inputs() {
    mixcon::philox_stream bits(8, 0, 0, 0);
    for (mixcon::index_t k = 0; k < 6 * 56 * 112; ++k) saliency.push_back(mixcon::uniform(bits));
    for (mixcon::index_t k = 0; k < 6 * 3 * 7 * 14; ++k) features.push_back(mixcon::uniform(bits));
  }

  template <class Mix>
  auto plan_of(const Mix& mix, const mixcon::philox_draws& draws) const {
    const mixcon::tensor_view<const double, 3> maps(saliency.data(), {6, 56, 112});
    const mixcon::tensor_view<const double, 4> cells(features.data(), {6, 3, 7, 14});
    if constexpr (requires { mix.plan(shape, draws); })
      return mix.plan(shape, draws);
    else if constexpr (requires { mix.plan(shape, draws, labels); })
      return mix.plan(shape, draws, labels);
    else if constexpr (requires { mix.plan(shape, draws, maps); })
      return mix.plan(shape, draws, maps);
    else
      return mix.plan(shape, draws, cells);
  }
};

}  // namespace mixcon_test
