// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Manifold mixup: Mixup of the hidden features in front of a random layer.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/granularity.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/plan.hpp>
#include <mixcon/mixes/mixup.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Manifold mixup: Mixup of the hidden features in front of a random layer. `layer` says which, 0 is the input; the
/// plan is Mixup's, for `blend` on the way forward and `unblend` on the way back. Labels as in Mixup. Verma et al.
/// 2018, arXiv:1806.05236.
template <LambdaSampler Lambda = beta_lambda, class Pairing = pairing::random_permutation>
struct manifold_mixup {
  static constexpr field name = "manifold_mixup";
  Lambda lambda{2};
  Pairing pairing{};
  granularity per = granularity::batch;
  index_t first_layer = 0, end_layer = 3;  ///< one of [first, end)

  template <Draws D>
  index_t layer(const D& draws) const {
    MIXCON_REQUIRE(0 <= first_layer && first_layer < end_layer, "manifold_mixup: layers are [", first_layer, ", ",
                   end_layer, "); expected at least one, from 0.");
    return draws.within(name).integer("layer", 0, first_layer, end_layer);
  }
  template <Draws D, class... LookedAt>
  mix_plan<interpolated> plan(index_t samples, const D& draws, const LookedAt&... looked_at) const {
    return mixup<Lambda, Pairing>{lambda, pairing, per}.plan(samples, draws.within(name), looked_at...);
  }
  template <Draws D, class... LookedAt>
  mix_plan<interpolated> plan(const image_shape& shape, const D& draws, const LookedAt&... looked_at) const {
    return plan(shape.samples, draws, looked_at...);
  }
  /// The same into a plan of before, as `mixup` does it.
  template <Draws D, class... LookedAt>
  void plan_again(mix_plan<interpolated>& plan, index_t samples, const D& draws, const LookedAt&... looked_at) const {
    mixup<Lambda, Pairing>{lambda, pairing, per}.plan_again(plan, samples, draws.within(name), looked_at...);
  }
  template <Draws D, class... LookedAt>
  void plan_again(mix_plan<interpolated>& plan, const image_shape& shape, const D& draws,
                  const LookedAt&... looked_at) const {
    plan_again(plan, shape.samples, draws, looked_at...);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
