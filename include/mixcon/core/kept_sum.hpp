// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/real.hpp>

namespace mixcon::detail {

/// sum += term, and what rounding loses is added to `lost`: sum + lost keeps the digits of a long sum. On one number or
/// on lanes, without a branch. An infinite sum has lost nothing that could be named.
template <class T>
MIXCON_HD inline void add_kept(T& sum, T& lost, const T& term) {
  const T next = sum + term, added = next - sum;
  const T rest = (sum - (next - added)) + (term - added);
  sum = next;
  lost += choose(rest == rest, rest, T(0));
}

}  // namespace mixcon::detail
