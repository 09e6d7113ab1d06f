// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Targets where candidate i is the positive of anchor i and all others are negatives.

#include <mixcon/contrast/targets/bound.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Candidate i is the positive of anchor i, all others are negatives, nothing is hidden: N-pair, CLIP, InfoNCE with the
/// keys of the batch. Candidates beyond the anchors' number are negatives too.
struct diagonal_targets {
  struct rule_type {
    static constexpr bool is_symmetric = true;
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      const mask_of<T> same = detail::is_candidate<T>(candidate, anchor);
      return {same, T(1), choose(same, T(1), T(0))};
    }
  };
  auto bind(const pair_space& space) const {
    MIXCON_REQUIRE(space.candidates >= space.anchors, "diagonal_targets: ", space.candidates, " candidates for ",
                   space.anchors, " anchors; candidate i is the positive of anchor i, so expected at least as many");
    return detail::bound_rule<rule_type>{};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
