// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What a formula is evaluated for: each anchor, each positive, each triplet or the batch.

#include <mixcon/core/config.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// What a loss's formula is evaluated for; said by `static constexpr auto scope = each::positive;`, else each anchor.
enum class each {
  anchor,    // value(statistics...)
  positive,  // value(logit, statistics...): each positive pair, counted once whatever its target and weight
  batch,     // value(statistics...): the rows that count, merged into one
  triplet,   // value(positive logit, negative logit): each positive with each negative of an anchor
};

// With `static constexpr bool both_ends = true`, a formula for each positive gets the statistics once more: those of
// the row where the positive itself is the anchor. Candidates are then the anchors.

namespace detail {

template <class Loss>
constexpr each scope_of() {
  if constexpr (requires { Loss::scope; })
    return Loss::scope;
  else
    return each::anchor;
}
template <class Loss>
constexpr bool sees_both_ends() {
  return requires { requires Loss::both_ends; };
}

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
