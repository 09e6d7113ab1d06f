// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Sums that keep what rounding loses, on one number or on vector lanes.

#include <mixcon/core/number/real.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// sum += term, and what rounding loses is added to `lost`: sum + lost keeps the digits of a long sum. On one number or
/// on lanes, without a branch. For finite sums, or such that may become NaN.
template <class T>
MIXCON_HD inline void add_kept(T& sum, T& lost, const T& term) {
  const T next = sum + term, added = next - sum;
  lost += (sum - (next - added)) + (term - added);
  sum = next;
}
/// The same where a sum may be infinite, which has lost nothing that could be named.
template <class T>
MIXCON_HD inline void add_kept_or_infinite(T& sum, T& lost, const T& term) {
  const T before = lost;
  add_kept(sum, lost, term);
  lost = choose(lost == lost, lost, before);
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
