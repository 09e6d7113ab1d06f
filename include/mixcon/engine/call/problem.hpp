// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// One direction of a call as the host's engines see it: the rules of its pairs, and packed rows.

#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/call/kept_products.hpp>
#include <mixcon/engine/call/packed_rows.hpp>
#include <mixcon/engine/call/pair_rules.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// What an engine is asked: `Rules` (a pair_rules) and the rows they are about. The formula is there for those who
/// evaluate it; an engine never learns which loss it runs.
template <class Rules>
struct problem : Rules {
  using rules_type = Rules;
  using T = typename Rules::number;
  using row_states = scratch<typename Rules::template state<T>>;

  const packed_rows<T>& anchors;
  const packed_rows<T>& candidates;   // shared
  const packed_rows<T>& own;          // (N * own_count); row c is `own.times(c)` what `own.row(c)` reads
  bool mirrors = false;               // anchors are the candidates: logit (i, j) is logit (j, i), if `may_mirror`
  vector_view<const char> skipped{};  // (N): 1 where the targets say that the row is no anchor; empty where none is
  workspace* memory = nullptr;        // where engines take what they need besides
  kept_products<T>* kept = nullptr;   // what `scatter` may use of `gather`, where one call asks for both

  bool skips(std::size_t anchor) const { return skipped && skipped[static_cast<index_t>(anchor)] != 0; }
  const Rules& rules() const { return *this; }
  row_states fresh_states() const { return row_states(memory, static_cast<std::size_t>(anchors.count())); }
};

/// The state of a problem's rows, on numbers or lanes U.
template <class Problem, class U = typename Problem::number>
using state_of = row_state<typename Problem::statistics_type, U>;

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
