// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Turns a mixing plan into targets: a mixed anchor shares those of its sample and of its partner, by lambda.

#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/contrast/targets/ignored.hpp>
#include <mixcon/core/integer_view.hpp>
#include <mixcon/mix/plan.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Targets of mixed anchors: anchor a shares those of sample a and of its partner, by lambda.
///
///   target(a, c) = lambda_a base(a, c) + (1 - lambda_a) base(partner_a, c)
///
/// The two add where they meet (partner_a = a). Which candidates are seen, and their weights, are those of a itself;
/// mass that falls on a pair hidden from a is dropped. With `diagonal_targets` this is i-Mix (Lee et al. 2020,
/// arXiv:2010.08887): a virtual label lambda at a, 1 - lambda at its partner.
///
/// Where `base` ignores a label, as `label_targets{.labels = y, .ignored = -100}`, the share of a sample without one is
/// dropped and the other keeps its own; an anchor of which nothing is left is skipped (ignored_anchor::skip in `base`).
///
/// `lambda` is (N) or one number for the batch, in [0, 1]; `partner` (N) of any integer type, in [0, N). Both must
/// outlive the calls; `mixed_targets{base, plan}` takes them from a mixing plan.
template <class Base>
struct mixed_targets {
  Base base{};
  vector_view<const double> lambda{};    // (N) or one number, in [0, 1]
  integer_view partner{};                // (N), in [0, N)
  static constexpr int field_count = 3;  // which a constructor hides from reflection

  mixed_targets(const Base& targets, const vector_view<const double>& lambdas, const integer_view& partners)
      : base(targets), lambda(lambdas), partner(partners) {}
  template <class Region>
  mixed_targets(const Base& targets, const mix_plan<Region>& plan)
      : mixed_targets(targets, mixcon::view(plan.lambda), integer_view(plan.partner)) {}
  template <class Region>
  mixed_targets(const Base&, const mix_plan<Region>&&) = delete;  // the plan must outlive the targets

  template <class Rule>
  struct rule_type {
    Rule base;
    vector_view<const double> lambda;
    vector_view<const index_t> partner;

    template <class F>
    void each_view(F&& f) {
      mixcon::each_view(base, f), f(lambda), f(partner);
    }
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      return mixed(anchor, base.template at<T>(anchor, candidate), base.template at<T>(partner[anchor], candidate));
    }
    template <class T>
    MIXCON_HD role<T> own(index_t anchor, index_t j) const
    requires requires { base.template own<T>(anchor, j); }
    {
      return mixed(anchor, base.template own<T>(anchor, j), base.template own<T>(partner[anchor], j));
    }

   private:
    template <class T>
    MIXCON_HD role<T> mixed(index_t anchor, const role<T>& mine, const role<T>& other) const {
      const T keep = T(lambda[lambda.extent(0) == 1 ? 0 : anchor]);
      const T both =
          keep * choose(mine.positive, mine.target, T(0)) + (T(1) - keep) * choose(other.positive, other.target, T(0));
      const mask_of<T> positive = (mine.positive || mine.weight > T(0)) && both != T(0);
      return {positive, mine.weight, choose(positive, both, T(0))};
    }
  };
  template <class BaseBound>
  struct bound {
    BaseBound base;
    vector_view<const double> lambda;
    scratch<index_t> partner;
    auto rule() const { return rule_type<decltype(base.rule())>{base.rule(), lambda, mixcon::view(partner)}; }
    bool skips_anchor(index_t anchor) const {
      const double keep = lambda[lambda.extent(0) == 1 ? 0 : anchor];
      return (keep == 0 || detail::skips_anchor(base, anchor)) &&
             (keep == 1 || detail::skips_anchor(base, partner[static_cast<std::size_t>(anchor)]));
    }
    bool skips_candidate(index_t candidate) const { return detail::skips_candidate(base, candidate); }
  };

  auto bind(const pair_space& space) const {
    const index_t anchors = space.anchors;
    MIXCON_REQUIRE(partner.size() == anchors, "mixed_targets: ", partner.size(), " partners for ", anchors,
                   " anchors; expected one each. Is the plan of this batch?");
    MIXCON_REQUIRE(lambda.extent(0) == 1 || lambda.extent(0) == anchors, "mixed_targets: ", lambda.extent(0),
                   " lambdas for ", anchors, " anchors; expected one each, or one for the batch");
    for (index_t i = 0; i < lambda.extent(0); ++i)
      MIXCON_REQUIRE(lambda[i] >= 0 && lambda[i] <= 1, "mixed_targets: lambda ", i, " is ", lambda[i],
                     "; expected a number in [0, 1]");
    bound<decltype(base.bind(space))> b{base.bind(space), lambda, scratch<index_t>(space.memory)};
    for (index_t i = 0; i < anchors; ++i) {
      MIXCON_REQUIRE(partner[i] >= 0 && partner[i] < anchors, "mixed_targets: the partner of anchor ", i, " is ",
                     partner[i], "; expected an index in [0, ", anchors, ")");
      b.partner.push_back(partner[i]);
    }
    return b;
  }
};
template <class Base, class Lambda, class Partner>
mixed_targets(Base, const Lambda&, const Partner&) -> mixed_targets<Base>;
template <class Base, class Region>
mixed_targets(Base, const mix_plan<Region>&) -> mixed_targets<Base>;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
