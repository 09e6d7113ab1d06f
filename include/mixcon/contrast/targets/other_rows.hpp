// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Targets where every row but the anchor itself is a negative, and none is a positive.

#include <mixcon/contrast/targets/bound.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Every candidate but the anchor's own row is a negative; candidate i is the row of anchor i.
struct other_rows {
  struct rule_type {
    static constexpr bool is_symmetric = true;
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      const mask_of<T> self = detail::is_candidate<T>(candidate, anchor);
      return {self && !self, choose(self, T(0), T(1)), T(0)};
    }
  };
  auto bind(const pair_space& space) const {
    MIXCON_REQUIRE(space.candidates == space.anchors, "other_rows: ", space.candidates, " candidates for ",
                   space.anchors, " anchors; expected the anchors themselves");
    return detail::bound_rule<rule_type>{};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
