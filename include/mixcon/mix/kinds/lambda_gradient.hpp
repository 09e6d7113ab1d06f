// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The gradient by the lambdas of an `interpolated` plan, for lambdas that are learned.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/memory/runs.hpp>
#include <mixcon/mix/plan.hpp>

#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

template <class T, int Rank>
void add_lambda_gradient(const mix_plan<interpolated>& plan, const tensor_view<const T, Rank>& sample,
                         const tensor_view<const T, Rank>& partners, const tensor_view<const T, Rank>& upstream,
                         const vector_view<double>& gradient) {
  MIXCON_REQUIRE(upstream.extents() == sample.extents(), "unblend_lambda: samples are ", sample.extents(),
                 ", the upstream gradient ", upstream.extents(), "; expected the same shape.");
  MIXCON_REQUIRE(same_sample_shape(sample.extents(), partners.extents()), "unblend_lambda: samples are ",
                 sample.extents(), ", the partner batch ", partners.extents(),
                 "; expected the same shape after the first axis.");
  check_plan(plan, "unblend_lambda", sample.extent(0), partners.extent(0));
  const index_t lambdas = static_cast<index_t>(plan.lambda.size());
  MIXCON_REQUIRE(gradient.extent(0) == lambdas, "unblend_lambda: the plan has ", lambdas, " lambdas, the gradient ",
                 gradient.extent(0), " numbers; expected as many.");
  for (index_t i = 0; i < sample.extent(0); ++i) {
    double sum = 0;
    for_each_run(
        [&sum](index_t length, run<const T> x, run<const T> z, run<const T> g) {
          for_each_element(
              length,
              [&sum](const T& own, const T& partner, const T& up) {
                sum += static_cast<double>(up) * (static_cast<double>(own) - static_cast<double>(partner));
              },
              x, z, g);
        },
        sample_of(sample, i), sample_of(partners, plan.partner_of(i)), sample_of(upstream, i));
    gradient[lambdas == 1 ? 0 : i] += sum;
  }
}

/// The door of both forms.
template <class Sample, class Partners, class Upstream, class Gradient>
void unblend_lambda_by(const mix_plan<interpolated>& plan, const Sample& sample, const Partners& partners,
                       const Upstream& upstream, Gradient& gradient) {
  if constexpr (Batches<const Sample&, const Partners&, const Upstream&>) {
    constexpr bool fits = are_alike<const Sample&, const Partners&, const Upstream&> &&
                          std::is_convertible_v<Gradient&, vector_view<double>>;
    static_assert(fits,
                  "mixcon: unblend_lambda(plan, samples, upstream, gradient) takes batches of one "
                  "element type and rank, and a gradient of doubles, (1) or (N), that can be written to");
    if constexpr (fits)
      add_lambda_gradient(plan, read_only(view(sample)), read_only(view(partners)), read_only(view(upstream)),
                          vector_view<double>(gradient));
  } else {
    refuse_batches<const Sample&, const Partners&, const Upstream&>();
  }
}

}  // namespace detail

/// Adds the gradient with respect to the lambdas of an `interpolated` plan, doubles (1) or (N): sum of upstream * (own
/// - partner). For lambdas that are learned; a drawn one needs none. Summed in double, in one order.
template <class Sample, class Upstream, class Gradient>
void unblend_lambda(const mix_plan<interpolated>& plan, const Sample& sample, const Upstream& upstream,
                    Gradient&& lambda_gradient) {
  detail::unblend_lambda_by(plan, sample, sample, upstream, lambda_gradient);
}
/// The same with partners from elsewhere.
template <class Sample, class Partners, class Upstream, class Gradient>
void unblend_lambda(const mix_plan<interpolated>& plan, const Sample& sample, const Partners& partners,
                    const Upstream& upstream, Gradient&& lambda_gradient) {
  detail::unblend_lambda_by(plan, sample, partners, upstream, lambda_gradient);
}
template <class Region, class... Tensors>
requires(!std::is_same_v<Region, interpolated>)
void unblend_lambda(const mix_plan<Region>&, const Tensors&...) {
  static_assert(std::is_same_v<Region, interpolated>,
                "mixcon: unblend_lambda takes a plan of interpolated, and this one is of another kind");
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
