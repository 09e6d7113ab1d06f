// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The length of a row without overflow or underflow, and sums whose bits do not depend on the vector width.

#include <mixcon/core/number/not_finite.hpp>
#include <mixcon/core/number/ordered_sum.hpp>

#include <cmath>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// The sum of term(k) for k in [0, count), in eight running sums: vectors add them, and the bits do not depend on
/// these.
template <class T, class Term>
T sum_by_eight(index_t count, Term&& term) {
  T sums[8] = {};
  index_t k = 0;
  for (; k + 8 <= count; k += 8)
    for (index_t j = 0; j < 8; ++j) sums[j] += term(k + j);
  for (; k < count; ++k) sums[k % 8] += term(k);
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

/// sqrt(sum_k entry(k)^2) of entries that are of type T or differences of two, without overflow or underflow on the
/// way; NaN stays.
template <class T, class Entry>
wide_t<T> length_of(index_t count, Entry&& entry) {
  using wide = wide_t<T>;
  const wide direct = sum_by_eight<wide>(count, [&](index_t k) { return entry(k) * entry(k); });
  const bool has_room = sizeof(T) < sizeof(wide) || direct > wide(1e-200);
  if (has_room && direct < wide(1e200)) return std::sqrt(direct);  // of narrow numbers: unless one is infinite
  if (is_nan(direct)) return direct;
  wide top = 0;
  for (index_t k = 0; k < count; ++k) {
    const wide size = entry(k) < 0 ? -entry(k) : entry(k);
    if (!(size <= top)) top = size;
  }
  if (top == 0 || top - top != 0) return top;
  return top * std::sqrt(sum_by_eight<wide>(count, [&](index_t k) { return entry(k) / top * (entry(k) / top); }));
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
