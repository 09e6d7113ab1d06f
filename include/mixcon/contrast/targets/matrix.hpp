// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/targets/view.hpp>

namespace mixcon {

/// Targets and weights written out, (N, M) each: entry (a, c) of `target` is the positive mass of that pair (positive
/// where it is not 0), of `weight` how often it counts as a candidate (0 hides it; all 1 when no weights are given).
/// The views must outlive the calls. O(N M) memory that the caller already has.
template <class E>
struct matrix_targets {
  matrix_view<const E> target, weight{};

  template <Viewable<2> Tensor>
  explicit matrix_targets(Tensor& targets) : target(mixcon::view(targets)) {}
  template <Viewable<2> Tensor, Viewable<2> Weights>
  matrix_targets(Tensor& targets, Weights& weights) : target(mixcon::view(targets)), weight(mixcon::view(weights)) {}

  struct rule_type {
    matrix_view<const E> target, weight;
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      const T share = detail::load<T>(target, anchor, candidate);
      return {share != T(0), weight ? detail::load<T>(weight, anchor, candidate) : T(1), share};
    }
  };
  auto bind(const pair_space& space) const {
    const axes<2> expected{space.anchors, space.candidates};
    MIXCON_REQUIRE(target.extents() == expected, "matrix_targets: targets are ", target.extents(), " for ", expected,
                   " (anchors, candidates); they must match");
    MIXCON_REQUIRE(!weight || weight.extents() == expected, "matrix_targets: weights are ", weight.extents(), " for ",
                   expected, " (anchors, candidates); they must match");
    check_values();
    return detail::bound_rule<rule_type>{{target, weight}};
  }

 private:
  void check_values() const {
    for (index_t a = 0; a < target.extent(0); ++a) {
      bool seen = false, mass = false;
      for (index_t c = 0; c < target.extent(1); ++c) {
        const double p = static_cast<double>(target(a, c)), w = weight ? static_cast<double>(weight(a, c)) : 1.0;
        MIXCON_REQUIRE(p >= 0 && p - p == 0, "matrix_targets: target (", a, ", ", c, ") is ", p,
                       "; expected a finite number >= 0");
        MIXCON_REQUIRE(w >= 0 && w - w == 0, "matrix_targets: weight (", a, ", ", c, ") is ", w,
                       "; expected a finite number >= 0");
        seen = seen || w > 0, mass = mass || p > 0;
      }
      MIXCON_REQUIRE(seen || !mass, "matrix_targets: anchor ", a,
                     " has targets but every candidate has weight 0; expected at least one visible candidate");
    }
  }
};
template <class Tensor>
matrix_targets(Tensor&) -> matrix_targets<element_t<Tensor>>;
template <class Tensor, class Weights>
matrix_targets(Tensor&, Weights&) -> matrix_targets<element_t<Tensor>>;

/// SupCon with a mask over samples, (N, N): entry (i, j) >= 0 says how much sample j is a positive of sample i; it may be
/// asymmetric. Every view of j then has the share mask / (sum over the candidates that anchor i sees); a row does not see
/// itself. Rows are `views` of the N samples, stacked in `order`; anchors may be the first view alone (view-major).
/// Khosla et al. 2020, arXiv:2004.11362, as SupContrast codes it. The view must outlive the calls.
template <class E>
struct mask_targets {
  matrix_view<const E> mask;
  index_t views = 1;
  view_order order = view_order::view_major;

  template <Viewable<2> Tensor>
  explicit mask_targets(Tensor& masks, index_t views_of_each = 1, view_order stacking = view_order::view_major)
      : mask(mixcon::view(masks)), views(views_of_each), order(stacking) {}

  struct rule_type {
    matrix_view<const E> mask;
    vector_view<const double> mass;  // (anchors)
    detail::stacked_rows stack;
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
    std::vector<double> mass;
    detail::stacked_rows stack;
    rule_type rule() const { return {mask, mixcon::view(mass), stack}; }
  };
  bound bind(const pair_space& space) const {
    const index_t samples = mask.extent(0), stacked = samples * views;
    MIXCON_REQUIRE(samples >= 1 && mask.extent(1) == samples && views >= 1, "mask_targets: the mask is ", mask.extents(),
                   " with ", views, " views; expected a square mask over samples");
    const bool one_view = space.anchors == samples && order == view_order::view_major;
    MIXCON_REQUIRE(space.candidates == stacked && (space.anchors == stacked || one_view), "mask_targets: ", samples,
                   " samples x ", views, " views for ", space.anchors, " anchors and ", space.candidates,
                   " candidates; expected ", stacked, " stacked rows (anchors may be the first view alone)");
    for (index_t i = 0; i < samples; ++i)
      for (index_t j = 0; j < samples; ++j)
        MIXCON_REQUIRE(mask(i, j) >= E(0) && mask(i, j) - mask(i, j) == E(0), "mask_targets: mask (", i, ", ", j, ") is ",
                       static_cast<double>(mask(i, j)), "; expected a finite number >= 0");
    bound b{mask, {}, {samples, views, order}};
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
