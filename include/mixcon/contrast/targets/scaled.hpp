// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Targets multiplied by a number for each anchor.

#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/contrast/targets/ignored.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The targets of `base`, each times a number of its anchor: `by` (N), of any sign. A positive stays one where the
/// number is 0 or less, as DCLW's weights may be. Constant in the backward pass; the view must outlive the calls.
template <class Base>
struct scaled_targets {
  Base base{};
  vector_view<const double> by{};        // (N), finite
  static constexpr int field_count = 2;  // which a constructor hides from reflection

  scaled_targets(const Base& targets, const vector_view<const double>& factors) : base(targets), by(factors) {}

  template <class Rule>
  struct rule_type {
    Rule base;
    vector_view<const double> by;
    template <class F>
    void each_view(F&& f) {
      mixcon::each_view(base, f), f(by);
    }
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      return scaled(anchor, base.template at<T>(anchor, candidate));
    }
    template <class T>
    MIXCON_HD role<T> own(index_t anchor, index_t j) const
    requires requires { base.template own<T>(anchor, j); }
    {
      return scaled(anchor, base.template own<T>(anchor, j));
    }

   private:
    template <class T>
    MIXCON_HD role<T> scaled(index_t anchor, const role<T>& r) const {
      return {r.positive, r.weight, r.target * T(by[anchor])};
    }
  };
  template <class BaseBound>
  struct bound {
    BaseBound base;
    vector_view<const double> by;
    auto rule() const { return rule_type<decltype(base.rule())>{base.rule(), by}; }
    bool skips_anchor(index_t anchor) const { return detail::skips_anchor(base, anchor); }
    bool skips_candidate(index_t candidate) const { return detail::skips_candidate(base, candidate); }
  };
  auto bind(const pair_space& space) const {
    MIXCON_REQUIRE(by.extent(0) == space.anchors, "scaled_targets: ", by.extent(0), " factors for ", space.anchors,
                   " anchors; expected one each");
    for (index_t a = 0; a < by.extent(0); ++a)
      MIXCON_REQUIRE(by[a] - by[a] == 0, "scaled_targets: factor ", a, " is ", by[a], "; expected a finite number");
    return bound<decltype(base.bind(space))>{base.bind(space), by};
  }
};
template <class Base, class Factors>
scaled_targets(Base, const Factors&) -> scaled_targets<Base>;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
