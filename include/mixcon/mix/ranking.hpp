// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace mixcon::detail {

/// The least and the largest of the values, of which there is one at least.
template <class T>
std::pair<T, T> range_of(const std::vector<T>& values) {
  constexpr std::size_t together = 16;  // side by side, as no comparison then waits for the one before
  T least[together], most[together];
  for (std::size_t l = 0; l < together; ++l) least[l] = most[l] = values[0];
  std::size_t i = 0;
  for (; i + together <= values.size(); i += together)
    for (std::size_t l = 0; l < together; ++l) {
      const T value = values[i + l];
      least[l] = value < least[l] ? value : least[l], most[l] = value > most[l] ? value : most[l];
    }
  for (; i < values.size(); ++i)
    least[0] = values[i] < least[0] ? values[i] : least[0], most[0] = values[i] > most[0] ? values[i] : most[0];
  for (std::size_t l = 1; l < together; ++l)
    least[0] = least[l] < least[0] ? least[l] : least[0], most[0] = most[l] > most[0] ? most[l] : most[0];
  return {least[0], most[0]};
}

/// Ranks values in [0, 1], largest first, of equal ones the later place first: calls before(place) for those that rank
/// before `first`, in any order, and returns the places of rank first .. last - 1 in their order. Buckets tell which
/// ranks a value may have, and only the buckets of ranks in question are sorted: linear time for values that spread.
template <class T, class Before>
std::vector<index_t> by_brightness(const std::vector<T>& values, index_t first, index_t last, Before&& before) {
  const index_t n = static_cast<index_t>(values.size()), buckets = n / 4 + 1;
  const auto bucket = [buckets](T value) {
    const index_t from_dark = static_cast<index_t>(value * static_cast<T>(buckets));
    return static_cast<std::size_t>(from_dark < buckets ? buckets - 1 - from_dark : 0);
  };
  std::vector<index_t> start(static_cast<std::size_t>(buckets) + 1, 0);  // the rank of a bucket's first value
  for (const T value : values) ++start[bucket(value) + 1];
  for (std::size_t b = 1; b < start.size(); ++b) start[b] += start[b - 1];
  std::size_t from = 0, to = start.size() - 1;  // the buckets that are sorted
  while (from < to && start[from + 1] <= first) ++from;
  while (to > from && start[to - 1] >= last) --to;
  std::vector<index_t> sorted(static_cast<std::size_t>(start[to] - start[from])),
      next(start.begin() + static_cast<std::ptrdiff_t>(from), start.begin() + static_cast<std::ptrdiff_t>(to));
  const auto entry = [&](index_t rank) -> index_t& { return sorted[static_cast<std::size_t>(rank - start[from])]; };
  const auto comes_first = [&](index_t a, index_t b) {
    const T x = values[static_cast<std::size_t>(a)], y = values[static_cast<std::size_t>(b)];
    return x > y || (x == y && a > b);
  };
  for (index_t place = n; place-- > 0;) {
    const std::size_t b = bucket(values[static_cast<std::size_t>(place)]);
    if (b < from) before(place);
    if (b < from || b >= to) continue;
    index_t at = next[b - from]++;
    entry(at) = place;
    for (; at > start[b] && comes_first(entry(at), entry(at - 1)); --at) std::swap(entry(at), entry(at - 1));
  }
  std::vector<index_t> asked;
  for (index_t rank = start[from]; rank < start[to] && rank < last; ++rank) {
    if (rank < first)
      before(entry(rank));
    else
      asked.push_back(entry(rank));
  }
  return asked;
}

}  // namespace mixcon::detail
