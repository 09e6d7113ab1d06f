// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

#include <mixcon/mix/blend.hpp>

#include <vector>

namespace mixcon_train {
inline namespace autograd {

namespace detail {
/// A dense batch of images (N, C, H, W); one of features (N, F) as images of one row.
template <class T>
mixcon::tensor_view<T, 4> images_of(const tensor& dense) {
  const shape& e = dense.extents();
  if (e.rank() == 4) return {numbers_of<T>(dense), {e[0], e[1], e[2], e[3]}};
  return {numbers_of<T>(dense), {e[0], 1, 1, e.row_size()}};
}
}  // namespace detail

/// Mixes a batch by a plan, hidden features too (manifold mixup): `mixcon::blend` forward, `mixcon::unblend` back.
template <class Region>
variable blended(const mixcon::mix_plan<Region>& plan, const variable& x) {
  device& on = x.on();
  const tensor from = on.dense(x.value()), mixed = on.empty(x.extents());
  with_numbers(on, [&](auto number) {
    using T = decltype(number);
    mixcon::blend(plan, detail::images_of<T>(from), detail::images_of<T>(mixed));
  });
  return {mixed, {x}, [plan](const tensor& upstream) {
            const tensor g = upstream.on().dense(upstream), by = filled(upstream.on(), upstream.extents(), 0);
            with_numbers(upstream.on(), [&](auto number) {
              using T = decltype(number);
              mixcon::unblend(plan, detail::images_of<T>(g), detail::images_of<T>(by));
            });
            return std::vector<tensor>{by};
          }};
}

}  // namespace autograd
}  // namespace mixcon_train
