// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The policy of Un-Mix: mixes the batch with itself in reverse order. The loss that goes with it is un_mix_loss.

#include <mixcon/core/config.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/box_rules.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/switched.hpp>
#include <mixcon/mix/plan.hpp>
#include <mixcon/mixes/mixup_or_cutmix.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Un-Mix: the batch mixed with itself in reverse order, whole (Mixup) or in a box (CutMix), by one lambda. One forward
/// pass serves two losses: sample i against its own key counts lambda, sample N - 1 - i, the same row of the reversed
/// batch, against the key of i counts 1 - lambda. Shen et al. 2022, arXiv:2003.05438.
struct un_mix_policy {
  static constexpr field name = "un_mix_policy";
  beta_lambda lambda{.alpha = 1.0};
  double global_probability = 0.5;  ///< of Mixup instead of CutMix, in [0, 1]

  template <Draws D>
  mix_plan<switched> plan(const image_shape& shape, const D& draws) const {
    const mixup_or_cutmix<pairing::reverse> policy{
        .mixup = lambda, .cutmix = lambda, .switch_probability = 1 - global_probability};
    return policy.plan(shape, draws.within("unmix"));  // not `name`: this decides what a seed draws
  }
};

/// The batch from its last sample to its first: a view, nothing is copied.
template <class T, int Rank>
tensor_view<T, Rank> reversed(const tensor_view<T, Rank>& batch) {
  axes<Rank> strides = batch.strides();
  const index_t last = batch.extent(0) > 0 ? (batch.extent(0) - 1) * strides[0] : 0;
  strides[0] = -strides[0];
  return {batch.data() + last, batch.extents(), strides};
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
