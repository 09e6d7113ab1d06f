// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The gradient by the mask of a `masked` plan, for masks that are learned.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/kinds/masked.hpp>
#include <mixcon/mix/memory/runs.hpp>
#include <mixcon/mix/plan.hpp>

#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

template <class T, int Rank>
void add_mask_gradient(const mix_plan<masked>& plan, const tensor_view<const T, Rank>& sample,
                       const tensor_view<const T, Rank>& partners, const tensor_view<const T, Rank>& upstream,
                       mask& gradient) {
  MIXCON_REQUIRE(upstream.extents() == sample.extents(), "unblend_mask: samples are ", sample.extents(),
                 ", the upstream gradient ", upstream.extents(), "; expected the same shape.");
  MIXCON_REQUIRE(same_sample_shape(sample.extents(), partners.extents()), "unblend_mask: samples are ",
                 sample.extents(), ", the partner batch ", partners.extents(),
                 "; expected the same shape after the first axis.");
  check_plan(plan, "unblend_mask", sample.extent(0), partners.extent(0));
  check_region(plan, "unblend_mask", sample.extents());
  const mask& shares = plan.region.shares;
  MIXCON_REQUIRE(gradient.extents == shares.extents && gradient.values.size() == shares.values.size(),
                 "unblend_mask: the mask is ", shares.extents, ", its gradient ", gradient.extents,
                 "; expected the same extents.");
  for (index_t i = 0; i < sample.extent(0); ++i)
    for_each_run(
        [](index_t length, run<double> m, run<const T> x, run<const T> z, run<const T> g) {
          for_each_element(
              length,
              [](double& sum, const T& own, const T& partner, const T& up) {
                sum += static_cast<double>(up) * (static_cast<double>(own) - static_cast<double>(partner));
              },
              m, x, z, g);
        },
        mask_of_sample(gradient, i, sample_of(sample, i).extents()), sample_of(sample, i),
        sample_of(partners, plan.partner_of(i)), sample_of(upstream, i));
}

/// The door of both forms.
template <class Sample, class Partners, class Upstream, class Gradient>
void unblend_mask_by(const mix_plan<masked>& plan, const Sample& sample, const Partners& partners,
                     const Upstream& upstream, Gradient& gradient) {
  if constexpr (Batches<const Sample&, const Partners&, const Upstream&>) {
    constexpr bool fits = are_alike<const Sample&, const Partners&, const Upstream&> && std::is_same_v<Gradient, mask>;
    static_assert(fits,
                  "mixcon: unblend_mask(plan, samples, upstream, gradient) takes batches of one "
                  "element type and rank, and a gradient that is a mixcon::mask, of the mask's extents");
    if constexpr (fits)
      add_mask_gradient(plan, read_only(view(sample)), read_only(view(partners)), read_only(view(upstream)), gradient);
  } else {
    refuse_batches<const Sample&, const Partners&, const Upstream&>();
  }
}

}  // namespace detail

/// Adds the gradient with respect to a mask that is learned, a `mask` of the mask's extents: the sum of upstream * (own
/// - partner) over the samples and channels that share a place. Summed in double, in one order.
template <class Sample, class Upstream, class Gradient>
void unblend_mask(const mix_plan<masked>& plan, const Sample& sample, const Upstream& upstream, Gradient& gradient) {
  detail::unblend_mask_by(plan, sample, sample, upstream, gradient);
}
/// The same with partners from elsewhere.
template <class Sample, class Partners, class Upstream, class Gradient>
void unblend_mask(const mix_plan<masked>& plan, const Sample& sample, const Partners& partners,
                  const Upstream& upstream, Gradient& gradient) {
  detail::unblend_mask_by(plan, sample, partners, upstream, gradient);
}
template <class Region, class... Tensors>
requires(!std::is_same_v<Region, masked>)
void unblend_mask(const mix_plan<Region>&, const Tensors&...) {
  static_assert(std::is_same_v<Region, masked>,
                "mixcon: unblend_mask takes a plan of masked, and this one is of another kind");
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
