// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Lengths of rows and distances between them, over the whole range of their type; those of floats on vectors.

#include <mixcon/core/number/length.hpp>
#include <mixcon/core/number/wide_loops.hpp>

#include <cmath>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace vectors {

/// |a - c|, over the whole range of T; NaN stays.
template <class T>
mixcon::detail::wide_t<T> distance_of(const T* a, const T* c, index_t width) {
  using wide = mixcon::detail::wide_t<T>;
  if constexpr (std::is_same_v<T, float>) {
    const wide squared = sum_of_wide<T>(width, [=](index_t k, auto as) MIXCON_IN_LOOPS {
      using W = decltype(as);
      const W apart = load_wide<W>(a + k) - load_wide<W>(c + k);
      return apart * apart;
    });
    if (squared < wide(1e200)) return std::sqrt(squared);  // unless one is infinite
  }
  return mixcon::detail::length_of<T>(width,
                                      [=](index_t k) { return static_cast<wide>(a[k]) - static_cast<wide>(c[k]); });
}
/// |x|, likewise.
template <class T>
mixcon::detail::wide_t<T> length_of_row(const T* x, index_t width) {
  using wide = mixcon::detail::wide_t<T>;
  if constexpr (std::is_same_v<T, float>) {
    const wide squared = sum_of_wide<T>(width, [=](index_t k, auto as) MIXCON_IN_LOOPS {
      const auto entry = load_wide<decltype(as)>(x + k);
      return entry * entry;
    });
    if (squared < wide(1e200)) return std::sqrt(squared);
  }
  return mixcon::detail::length_of<T>(width, [=](index_t k) { return static_cast<wide>(x[k]); });
}

}  // namespace vectors
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
