// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// StackMix: puts each image and its partner side by side in one image of twice the width.

#include <mixcon/core/config.hpp>
#include <mixcon/core/overlap.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/memory/runs.hpp>
#include <mixcon/mix/plan.hpp>

#include <cstddef>
#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// StackMix: each image and its partner side by side in one image of twice the width, the label half of each. The plan
/// says who; `stack_columns` writes the images. Chen et al. 2020, arXiv:2011.12618.
template <class Pairing = pairing::random_permutation>
struct stackmix {
  static constexpr field name = "stackmix";
  Pairing pairing{};

  template <Draws D, class... LookedAt>
  mix_plan<interpolated> plan(index_t samples, const D& draws, const LookedAt&... looked_at) const {
    return {detail::partners_by("stackmix", pairing, samples, draws.within(name), looked_at...), {0.5}, {}};
  }
  template <Draws D, class... LookedAt>
  mix_plan<interpolated> plan(const image_shape& shape, const D& draws, const LookedAt&... looked_at) const {
    detail::require_channels_second("stackmix", shape);
    return plan(shape.samples, draws, looked_at...);
  }
};

/// Writes each sample (..., W) and its partner, from the same batch or another one, beside each other: (..., 2 W).
template <class Region, class Sample, class Partners, class Stacked>
void stack_columns(const mix_plan<Region>& plan, const Sample& sample, const Partners& partners, Stacked&& stacked) {
  const auto from = detail::read_only(view(sample));
  const auto others = detail::read_only(view(partners));
  const auto to = view(std::forward<Stacked>(stacked));
  constexpr int rank = decltype(from)::rank;
  static_assert(rank >= 2, "mixcon: stack_columns needs samples with columns");
  auto expected = from.extents();
  expected[rank - 1] *= 2;
  MIXCON_REQUIRE(to.extents() == expected, "stack_columns: samples are ", from.extents(), ", the stacked batch ",
                 to.extents(), "; expected ", expected, ".");
  MIXCON_REQUIRE(detail::same_sample_shape(from.extents(), others.extents()), "stack_columns: samples are ",
                 from.extents(), ", the partner batch ", others.extents(),
                 "; expected the same shape after the first axis.");
  MIXCON_REQUIRE(!detail::overlap(from, to) && !detail::overlap(others, to),
                 "stack_columns: the stacked batch overlaps its input; write into a batch of its own.");
  detail::check_plan(plan, "stack_columns", from.extent(0), others.extent(0));
  const index_t width = from.extent(rank - 1);
  for (index_t i = 0; i < from.extent(0); ++i) {
    const auto both = detail::sample_of(to, i);
    detail::copy_block(detail::sample_of(from, i), detail::part_of(both, 0, 0, width));
    detail::copy_block(detail::sample_of(others, plan.partner_of(i)), detail::part_of(both, 0, width, 2 * width));
  }
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
