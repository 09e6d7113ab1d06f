// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Sorts scored keys from the largest score down, in linear time for many.

#include <mixcon/core/workspace.hpp>
#include <mixcon/negatives/search/heap.hpp>
#include <mixcon/negatives/search/place.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Sorts entries, which come in ascending order of `key`, by descending `score`, of equal ones by ascending key. Many
/// are sorted digit by digit of the score's place, the lowest first, each time keeping the order so far: no comparisons
/// that a processor could foresee wrongly. No NaN. They need as much memory again.
template <class Entry>
void sort_descending(scratch<Entry>& entries, workspace* memory) {
  using T = decltype(Entry::score);
  using U = std::make_unsigned_t<place_of<T>>;
  constexpr std::size_t few = 64, values = 256, digits = sizeof(T);
  const std::size_t size = entries.size();
  if (size <= few)
    return heap_sort(entries.data(), static_cast<index_t>(size), [](const Entry& a, const Entry& b) {
      return a.score > b.score || (a.score == b.score && a.key < b.key);
    });
  const auto digit = [](const Entry& entry, std::size_t d) {
    const U descending = (~U{0} >> 1) - static_cast<U>(to_place(entry.score));
    return static_cast<std::size_t>(descending >> (8 * d)) % values;
  };
  std::size_t next[digits][values] = {};  // first how many have a digit, then where the next of them goes
  for (const Entry& entry : entries)
    for (std::size_t d = 0; d < digits; ++d) ++next[d][digit(entry, d)];
  auto sorted = scratch<Entry>::unset(memory, size);
  for (std::size_t d = 0; d < digits; ++d) {
    if (next[d][digit(entries[0], d)] == size) continue;
    std::size_t before = 0;
    for (std::size_t& place : next[d]) {
      const std::size_t many = place;
      place = before;
      before += many;
    }
    for (const Entry& entry : entries) sorted[next[d][digit(entry, d)]++] = entry;
    (std::swap)(entries, sorted);
  }
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
