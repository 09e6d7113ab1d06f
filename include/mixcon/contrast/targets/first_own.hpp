// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Targets where the first of an anchor's own candidates is its positive and everything else a negative.

#include <mixcon/contrast/targets/bound.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The first of an anchor's own candidates is its positive; its other ones, and all shared candidates, are negatives:
/// a positive and drawn negatives a sample, `candidates(own(rows))` of (N, 1 + K, D), as CRD has them.
struct first_own_targets {
  struct rule_type {
    template <class T>
    MIXCON_HD role<T> at(index_t, index_t) const {
      return {detail::each_answer<T>([](int) { return false; }), T(1), T(0)};
    }
    template <class T>
    MIXCON_HD role<T> own(index_t, index_t j) const {
      const mask_of<T> first = detail::is_candidate<T>(j, 0);
      return {first, T(1), choose(first, T(1), T(0))};
    }
  };
  detail::bound_rule<rule_type> bind(const pair_space& space) const {
    MIXCON_REQUIRE(space.own > 0,
                   "first_own_targets: the candidates have no own(...) segment; expected "
                   "candidates(own(rows)) with each anchor's positive first");
    return {};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
