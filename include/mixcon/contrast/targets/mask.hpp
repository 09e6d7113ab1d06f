// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Targets from a mask over samples (N, N) that says how much each is a positive of each other.

#include <mixcon/contrast/targets/same_class.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// SupCon with a mask over samples, (N, N): entry (i, j) >= 0 says how much sample j is a positive of sample i; it may
/// be asymmetric. Every view of j then has the share mask / (sum over the candidates that anchor i sees); a row does
/// not see itself. Rows are `views` of the N samples, stacked in `order`; anchors may be the first view alone
/// (view-major). Khosla et al. 2020, arXiv:2004.11362, as SupContrast codes it. The view must outlive the calls.
template <class E>
struct mask_targets {
  matrix_view<const E> mask;  // (N, N), entries >= 0
  index_t views = 1;          // of each sample, >= 1
  view_order order = view_order::view_major;
  static constexpr int field_count = 3;  // which a constructor hides from reflection

  template <Viewable<2> Tensor>
  explicit mask_targets(Tensor& masks, index_t views_of_each = 1, view_order stacking = view_order::view_major)
      : mask(mixcon::view<2>(masks)), views(views_of_each), order(stacking) {}

  struct rule_type {
    matrix_view<const E> mask;
    vector_view<const double> mass;  // (anchors)
    detail::stacked_rows stack;
    template <class F>
    void each_view(F&& f) {
      f(mask), f(mass);
    }
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      return detail::role_by_lane<T>([&](int k) -> role<double> {
        const index_t c = candidate + k;
        if (c == anchor) return hidden_pair();
        const double m = static_cast<double>(mask(stack.sample_of(anchor), stack.sample_of(c)));
        return m > 0 ? positive_pair(m / mass[anchor]) : negative_pair();
      });
    }
  };
  struct bound {
    matrix_view<const E> mask;
    scratch<double> mass;
    detail::stacked_rows stack;
    rule_type rule() const { return {mask, mixcon::view(mass), stack}; }
  };
  bound bind(const pair_space& space) const {
    const index_t samples = mask.extent(0), stacked = samples * views;
    MIXCON_REQUIRE(samples >= 1 && mask.extent(1) == samples && views >= 1, "mask_targets: the mask is ",
                   mask.extents(), " with ", views, " views; expected a square mask over samples");
    const bool one_view = space.anchors == samples && order == view_order::view_major;
    MIXCON_REQUIRE(space.candidates == stacked && (space.anchors == stacked || one_view), "mask_targets: ", samples,
                   " samples x ", views, " views for ", space.anchors, " anchors and ", space.candidates,
                   " candidates; expected ", stacked, " stacked rows (anchors may be the first view alone)",
                   detail::asked_about_columns(space, samples, stacked));
    for (index_t i = 0; i < samples; ++i)
      for (index_t j = 0; j < samples; ++j)
        MIXCON_REQUIRE(mask(i, j) >= E(0) && mask(i, j) - mask(i, j) == E(0), "mask_targets: mask (", i, ", ", j,
                       ") is ", static_cast<double>(mask(i, j)), "; expected a finite number >= 0");
    bound b{mask, scratch<double>(space.memory), {samples, views, order}};
    for (index_t a = 0; a < space.anchors; ++a) {
      double sum = 0;
      for (index_t c = 0; c < stacked; ++c)
        if (c != a) sum += static_cast<double>(mask(b.stack.sample_of(a), b.stack.sample_of(c)));
      b.mass.push_back(sum < 1e-6 ? 1.0 : sum);
    }
    return b;
  }
};
template <class Tensor>
mask_targets(Tensor&) -> mask_targets<element_t<Tensor>>;
template <class Tensor>
mask_targets(Tensor&, index_t) -> mask_targets<element_t<Tensor>>;
template <class Tensor>
mask_targets(Tensor&, index_t, view_order) -> mask_targets<element_t<Tensor>>;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
