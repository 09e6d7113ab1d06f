// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// How a policy that looks at maps or labels refuses, in one sentence, what nobody could plan from.

#include <mixcon/core/config.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/draws.hpp>

#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

// Such a policy has an overload of `plan`, in place of the compiler's list:
//
//   template <class Shape, class D, class... LookedAt>
//   requires detail::MistakenPlan<Shape, D, LookedAt...>
//   detail::no_plan plan(const Shape&, const D&, const LookedAt&...) const {
//     return detail::refuse_plan<Shape>();
//   }
//
// Tensors that another policy looks at are no mistake: whether `plan` takes them may be asked by `requires`.
namespace mixcon::detail {

/// What `plan` declares to return for these, and never does.
struct no_plan {};

/// Labels (N), maps (N, H, W), or images and features (N, C, H, W).
template <class T>
concept LookedAtBySome = LabelsViewable<const T> || Viewable<const T, 3> || Viewable<const T, 4>;
/// What stands first: a shape, a number of samples, or the images.
template <class T>
concept ShapeOrImages = std::is_convertible_v<const T&, image_shape> || std::is_integral_v<T> || Viewable<const T, 4>;

template <class Shape, class D, class... LookedAt>
concept MistakenPlan = !(ShapeOrImages<Shape> && Draws<D> && (... && LookedAtBySome<LookedAt>));

template <class Shape>
no_plan refuse_plan() {
  static_assert(std::is_void_v<Shape>,
                "mixcon: plan takes the image_shape (puzzlemix the images), draws as philox_draws{.seed = 1}, and what "
                "the policy looks at: labels (N), maps (N, H, W) or features (N, C, H, W), of a type whose adapter is "
                "included");
  return {};
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
