// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

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

/// Ranks values, largest first, of equal ones the later place first: sets is_before[place] to 1 for those that rank
/// before `first` and to 0 for all others, and returns the places of rank first .. last - 1 in their order. Buckets
/// tell which ranks a value may have, and only the buckets of ranks in question are sorted: linear time for values that
/// spread.
template <class T>
std::vector<index_t> by_brightness(const std::vector<T>& values, index_t first, index_t last, double* is_before) {
  const std::size_t n = values.size(), buckets = n / 16 + 1;
  constexpr T largest = (std::numeric_limits<T>::max)();
  const auto [least, most] = range_of(values);
  const T exact = static_cast<T>(buckets) / (most - least), in_buckets = exact < largest ? exact : largest;
  const auto depth = [top = most, in_buckets](T value) { return (top - value) * in_buckets; };
  const auto bucket = [buckets, depth](T value) {
    const auto b = static_cast<std::size_t>(static_cast<int>(depth(value)));
    return b < buckets ? b : buckets - 1;
  };
  const auto depth_of = [buckets](std::size_t b) { return b < buckets ? static_cast<T>(b) : largest; };

  constexpr std::size_t together = 32;
  std::vector<std::int32_t> count[2];  // neighbours are often alike: no count then waits for the one before
  for (auto& c : count) c.resize(buckets);
  for (std::size_t i = 0; i < n; ++i) ++count[i % 2][bucket(values[i])];
  std::vector<index_t> start(buckets + 1, 0);  // the rank of a bucket's first value
  for (std::size_t b = 0; b < buckets; ++b) start[b + 1] = start[b] + count[0][b] + count[1][b];
  std::size_t from = 0, to = buckets;  // the buckets that are sorted
  while (from < to && start[from + 1] <= first) ++from;
  while (to > from && start[to - 1] >= last) --to;

  const T from_depth = depth_of(from), to_depth = depth_of(to);
  for (std::size_t i = 0; i < n; ++i) is_before[i] = depth(values[i]) < from_depth ? 1 : 0;
  std::vector<index_t> sorted(static_cast<std::size_t>(start[to] - start[from])),
      next(start.begin() + static_cast<std::ptrdiff_t>(from), start.begin() + static_cast<std::ptrdiff_t>(to));
  const auto entry = [&](index_t rank) -> index_t& { return sorted[static_cast<std::size_t>(rank - start[from])]; };
  const auto comes_first = [&](index_t a, index_t b) {
    const T x = values[static_cast<std::size_t>(a)], y = values[static_cast<std::size_t>(b)];
    return x > y || (x == y && a > b);
  };
  const auto insert = [&](std::size_t place) {
    const std::size_t b = bucket(values[place]);
    if (b < from || b >= to) return;
    index_t at = next[b - from]++;
    entry(at) = static_cast<index_t>(place);
    for (; at > start[b] && comes_first(entry(at), entry(at - 1)); --at) std::swap(entry(at), entry(at - 1));
  };
  std::size_t end = n;
  for (; end % together != 0; --end) insert(end - 1);
  for (; end > 0; end -= together) {
    int some = 0;
    for (std::size_t i = end - together; i < end; ++i) {
      const T d = depth(values[i]);
      some |= (d >= from_depth ? 1 : 0) & (d < to_depth ? 1 : 0);
    }
    for (std::size_t i = end; some != 0 && i > end - together; --i) insert(i - 1);
  }
  std::vector<index_t> asked;
  for (index_t rank = start[from]; rank < start[to] && rank < last; ++rank) {
    if (rank < first)
      is_before[entry(rank)] = 1;
    else
      asked.push_back(entry(rank));
  }
  return asked;
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
