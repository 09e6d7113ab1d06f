// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Mixes each sample with noise or with a blurred copy; labels stay.

#include <mixcon/core/config.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/granularity.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/many_draws.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/plan.hpp>

#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Noise mixup: lambda * own + (1 - lambda) * noise. Sample i's partner is row i of another batch of the same shape:
/// noise, or the batch blurred; `blend(plan, x, noise, mixed)`. Labels stay: both "partners" carry the own one.
template <LambdaSampler Lambda = beta_lambda>
struct noise_mixup {
  static constexpr field name = "noise_mixup", noise = "noise";
  Lambda lambda{};
  granularity per = granularity::sample;

  template <Draws D>
  mix_plan<interpolated> plan(index_t samples, const D& draws) const {
    const auto& own = draws.within(name);
    mix_plan<interpolated> plan{detail::unmixed("noise_mixup", samples), {}, {}};
    detail::require_pairs("noise_mixup", per, plan.partner);
    for (index_t i = 0; i < plan_entries(per, samples); ++i) plan.lambda.push_back(lambda(own, i));
    return plan;
  }
  template <Draws D>
  mix_plan<interpolated> plan(const image_shape& shape, const D& draws) const {
    return plan(shape.samples, draws);
  }

  /// Fills rows (N, D) with normal noise of mean 0 and variance 1: the same for the same seed and step.
  template <Viewable<2> Rows, Draws D>
  static void fill_noise(Rows&& rows, const D& draws) {
    const auto to = view<2>(std::forward<Rows>(rows));
    const auto& own = draws.within(name);
    const index_t width = to.extent(1);
    for (index_t i = 0; i < to.extent(0); ++i)
      detail::for_each_normal(own, noise, i * width, width, [&](index_t n, double z) {
        to(i, n - i * width) = static_cast<typename decltype(to)::element>(z);
      });
  }
  /// What these numbers are drawn from: a gpu::device_noise fills rows on a GPU with the same bits.
  static philox_streams streams_of_noise(const philox_draws& draws) { return draws.within(name).streams(noise); }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
