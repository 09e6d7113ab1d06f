// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

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
}  // namespace detail

/// Mixes a batch by a plan, hidden features too (manifold mixup): `mixcon::blend` forward, `mixcon::unblend` back.
template <class Region>
variable blended(const mixcon::mix_plan<Region>& plan, const variable& x) {
  const shape extents = x.extents();
  const tensor mixed = computed(
      x.on(), extents,
      [&](auto* to, const auto* from) {
        mixcon::blend(plan, detail::images_of(from, extents), detail::images_of(to, extents));
      },
      x.value());
  return {mixed, x, [plan, extents](const tensor& upstream) {
            return computed(
                upstream.on(), extents,
                [&](auto* to, const auto* g) {
                  std::fill_n(to, extents.size(), 0);
                  mixcon::unblend(plan, detail::images_of(g, extents), detail::images_of(to, extents));
                },
                upstream);
          }};
}

}  // namespace autograd
}  // namespace mixcon_train
