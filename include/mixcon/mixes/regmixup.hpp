// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// RegMixup: Mixup as a regulariser, with the mixed batch next to the clean one.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/memory/runs.hpp>
#include <mixcon/mix/plan.hpp>
#include <mixcon/mixes/mixup.hpp>

#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// RegMixup: Mixup with lambda near 1/2 as a regulariser beside the clean batch. The network sees both (2 N): see
/// `blend_after_clean`; the loss is that of the first N rows plus eta times that of the mixed ones. Pinto et al. 2022,
/// arXiv:2206.14502.
template <LambdaSampler Lambda = beta_lambda, class Pairing = pairing::random_permutation>
struct regmixup {
  static constexpr field name = "regmixup";
  Lambda lambda{20};
  Pairing pairing{};
  double eta = 1;  ///< weight of the mixed half in the loss, >= 0

  template <Draws D, class... LookedAt>
  mix_plan<interpolated> plan(index_t samples, const D& draws, const LookedAt&... looked_at) const {
    return mixup<Lambda, Pairing>{lambda, pairing}.plan(samples, draws.within(name), looked_at...);
  }
  template <Draws D, class... LookedAt>
  mix_plan<interpolated> plan(const image_shape& shape, const D& draws, const LookedAt&... looked_at) const {
    return plan(shape.samples, draws, looked_at...);
  }
  /// The same into a plan of before, as `mixup` does it.
  template <Draws D, class... LookedAt>
  void plan_again(mix_plan<interpolated>& plan, index_t samples, const D& draws, const LookedAt&... looked_at) const {
    mixup<Lambda, Pairing>{lambda, pairing}.plan_again(plan, samples, draws.within(name), looked_at...);
  }
  template <Draws D, class... LookedAt>
  void plan_again(mix_plan<interpolated>& plan, const image_shape& shape, const D& draws,
                  const LookedAt&... looked_at) const {
    plan_again(plan, shape.samples, draws, looked_at...);
  }
};

/// Writes the samples (N, ...) as they are, and after them mixed by the plan: (2 N, ...).
template <class Region, class Sample, class Both>
void blend_after_clean(const mix_plan<Region>& plan, const Sample& sample, Both&& both) {
  const auto from = detail::read_only(view(sample));
  const auto to = view(std::forward<Both>(both));
  auto expected = from.extents(), half = from.extents();
  expected[0] *= 2;
  MIXCON_REQUIRE(to.extents() == expected, "blend_after_clean: samples are ", from.extents(), ", the batch to write ",
                 to.extents(), "; expected ", expected, ", clean and mixed.");
  using batch = decltype(to);
  const batch clean(to.data(), half, to.strides());
  const batch mixed(to.data() + from.extent(0) * to.stride(0), half, to.strides());
  blend(plan, from, mixed);
  detail::copy_block(from, clean);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
