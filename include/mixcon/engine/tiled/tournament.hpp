// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rounds in which every two blocks meet once and none twice, so that threads never write to the same rows.

#include <mixcon/core/config.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Rounds in which every two of `players` meet once, and no player meets two in one round. Round 0: each by itself.
struct tournament {
  index_t players;

  /// With an odd number somebody rests: the last seat is empty.
  index_t seats() const { return players + players % 2; }
  index_t rounds() const { return players < 2 ? 1 : seats(); }
  index_t meetings(index_t round) const { return round == 0 ? players : seats() / 2; }

  struct pair {
    index_t first, second;
  };
  /// Meeting `which` of a round, the lower player first; `second` is not below `players` where somebody rests.
  pair meeting(index_t round, index_t which) const {
    if (round == 0) return {which, which};
    const index_t circle = seats() - 1, turn = round - 1;  // the last seat stays, the others turn
    const index_t a = which == 0 ? circle : (turn + which) % circle, b = (turn + circle - which) % circle;
    return a < b ? pair{a, b} : pair{b, a};
  }
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
