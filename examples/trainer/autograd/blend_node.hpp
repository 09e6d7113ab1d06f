// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"
#include "devices/lent.hpp"
#include "devices/recipe_kernels.hpp"

#include <mixcon/core/workspace.hpp>
#include <mixcon/mix/blend.hpp>

#include <algorithm>

namespace mixcon_train {
inline namespace autograd {

namespace detail {
/// The numbers of a batch of images (N, C, H, W); of features (N, F) as images of one row.
template <class T>
mixcon::tensor_view<T, 4> images_of(T* numbers, const shape& e) {
  if (e.rank() == 4) return {numbers, {e[0], e[1], e[2], e[3]}};
  return {numbers, {e[0], 1, 1, e.row_size()}};
}

/// Whether devices may have kernels for plans of a kind; for others their numbers are copied to the host.
template <class Region>
inline constexpr bool has_kernels =
    requires(recipe_kernels& by, const mixcon::mix_plan<Region>& plan, const tensor& x) { by.mixed(plan, x); };

/// The batch mixed by a plan, and the adjoint of that.
template <class Region>
tensor mixed_by(const mixcon::mix_plan<Region>& plan, const tensor& x) {
  if constexpr (has_kernels<Region>)
    if (recipe_kernels* const kernels = recipe_kernels_of(x.on())) return kernels->mixed(plan, x.on().dense(x));
  const shape extents = x.extents();
  const lent<mixcon::workspace> memory;
  return computed(
      x.on(), extents,
      [&](auto* to, const auto* from) {
        mixcon::blend(plan, images_of(from, extents), images_of(to, extents), *memory);
      },
      x);
}
template <class Region>
tensor unmixed_by(const mixcon::mix_plan<Region>& plan, const tensor& upstream) {
  if constexpr (has_kernels<Region>)
    if (recipe_kernels* const kernels = recipe_kernels_of(upstream.on()))
      return kernels->unmixed(plan, upstream.on().dense(upstream));
  const shape extents = upstream.extents();
  const lent<mixcon::workspace> memory;
  return computed(
      upstream.on(), extents,
      [&](auto* to, const auto* g) {
        std::fill_n(to, extents.size(), 0);
        mixcon::unblend(plan, images_of(g, extents), images_of(to, extents), *memory);
      },
      upstream);
}
}  // namespace detail

/// Mixes a batch by a plan, hidden features too (manifold mixup): `mixcon::blend` forward, `mixcon::unblend` back.
template <class Region>
variable blended(const mixcon::mix_plan<Region>& plan, const variable& x) {
  return {detail::mixed_by(plan, x.value()), x, [kept = lent<mixcon::mix_plan<Region>>(plan)](const tensor& upstream) {
            return detail::unmixed_by(*kept, upstream);
          }};
}

}  // namespace autograd
}  // namespace mixcon_train
