// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Turns the two labels of each mixed sample into targets over classes, for losses of classifier outputs.

#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/contrast/targets/class.hpp>
#include <mixcon/contrast/targets/ignored.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>

#include <cstdint>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The labels of a mixed batch as targets over classes: candidate c is class c (a column of given logits, a proxy), and
/// anchor a has mass lambda_a at its own class and 1 - lambda_a at its partner's; the two add where they meet. With
/// `info_nce{.temperature = 1}` on `given_logits` this is the cross entropy of mixup (Zhang et al. 2018,
/// arXiv:1710.09412), never with an (N, K) array. The targets must outlive the calls.
///
/// The share of a label that the targets ignore is dropped: the row's mass is then lambda or 1 - lambda, and its value
/// that share of a cross entropy. An anchor of which nothing is left is skipped, or kept without a positive.
struct class_pair_targets {
  const pair_targets* pairs = nullptr;  // of N samples
  ignored_anchor ignored_anchors = ignored_anchor::skip;
  static constexpr int field_count = 2;  // which a constructor hides from reflection

  explicit class_pair_targets(const pair_targets& of, ignored_anchor use = ignored_anchor::skip)
      : pairs(&of), ignored_anchors(use) {}
  explicit class_pair_targets(const pair_targets&&, ignored_anchor = ignored_anchor::skip) = delete;

  struct rule_type {
    vector_view<const std::int32_t> own, partner;  // (N); -1: no class
    vector_view<const double> lambda;              // (N)
    template <class F>
    void each_view(F&& f) {
      f(own), f(partner), f(lambda);
    }
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      const T keep = T(lambda[anchor]);
      const T mass = choose(detail::is_candidate<T>(candidate, own[anchor]), keep, T(0)) +
                     choose(detail::is_candidate<T>(candidate, partner[anchor]), T(1) - keep, T(0));
      return {mass > T(0), T(1), mass};
    }
  };
  struct bound {
    scratch<std::int32_t> own, partner;
    vector_view<const double> lambda;
    detail::marked_rows skipped;
    rule_type rule() const { return {mixcon::view(own), mixcon::view(partner), lambda}; }
    bool skips_anchor(index_t anchor) const { return skipped[anchor]; }
  };
  bound bind(const pair_space& space) const {
    MIXCON_REQUIRE(pairs->samples() == space.anchors, "class_pair_targets: targets of ", pairs->samples(),
                   " samples for ", space.anchors, " anchors; expected one each");
    for (const double lambda : pairs->lambda)
      MIXCON_REQUIRE(lambda >= 0 && lambda <= 1, "class_pair_targets: a lambda is ", lambda,
                     "; expected numbers in [0, 1]");
    detail::marked_rows skipped{scratch<char>(space.memory)};
    for (index_t a = 0; ignored_anchors == ignored_anchor::skip && a < space.anchors; ++a)
      if (!pairs->has_label(a)) skipped.mark(a, space.anchors);
    return {detail::class_indices("class_pair_targets", pairs->own, space.candidates, pairs->ignored, space.memory),
            detail::class_indices("class_pair_targets", pairs->partner, space.candidates, pairs->ignored, space.memory),
            mixcon::view(pairs->lambda), skipped};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
