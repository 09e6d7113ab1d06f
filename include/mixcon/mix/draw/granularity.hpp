// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// How often a policy draws: once per batch, per pair or per sample.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>

#include <cstddef>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// How often a policy draws: once for the batch; once a pair, for both of its members; or once a sample.
enum class granularity { batch, pair, sample };

/// How many entries a plan then has: 1 or N.
inline index_t plan_entries(granularity per, index_t samples) { return per == granularity::batch ? 1 : samples; }

/// Under which number entry i is drawn. The two members of a pair draw under the lower of their numbers, so both get
/// the same; that needs partners that are each other's.
inline index_t drawn_as(granularity per, index_t i, const std::vector<index_t>& partner) {
  if (per != granularity::pair) return i;
  const index_t other = partner[static_cast<std::size_t>(i)];
  return other < i ? other : i;
}

namespace detail {

/// One draw a pair makes sense when everyone has a partner, and is the partner's partner.
inline void require_pairs(const char* policy, granularity per, const std::vector<index_t>& partner) {
  if (per != granularity::pair) return;
  MIXCON_REQUIRE(partner.size() % 2 == 0, policy, ": granularity::pair with ", partner.size(),
                 " samples; a batch of pairs has an even number.");
  for (std::size_t i = 0; i < partner.size(); ++i) {
    const std::size_t j = static_cast<std::size_t>(partner[i]);  // from a bank it may be beyond the batch
    MIXCON_REQUIRE(j != i && j < partner.size() && partner[j] == static_cast<index_t>(i), policy,
                   ": granularity::pair, and sample ", i, " mixes with ", j,
                   ", which does not mix with it; pairs must be mutual. Use pairing::reverse.");
  }
}

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
