// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Ranks the values of an image from the brightest on, in linear time; FMix makes its masks of it.

#include <mixcon/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
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

/// A value that is ranked, by a key that is smaller the larger the value, and where it stands.
template <class T>
struct ranked_place {
  using bits = std::conditional_t<sizeof(T) == sizeof(std::uint32_t), std::uint32_t, std::uint64_t>;
  static_assert(sizeof(T) == sizeof(bits));
  bits key;
  std::uint32_t place;

  static bits key_of(T value) {
    bits b;
    __builtin_memcpy(&b, &value, sizeof b);
    constexpr bits sign = bits{1} << (8 * sizeof(bits) - 1);
    if (b == sign) b = 0;  // -0 is 0
    return (b & sign) != 0 ? b : ~(b | sign);
  }
};

/// Sorts by the keys; of equal ones the first stays first. A few by insertion, many by the digits of their keys.
template <class T>
void sort_by_keys(std::vector<ranked_place<T>>& list) {
  if (list.size() <= 128) {
    for (std::size_t k = 1; k < list.size(); ++k) {
      const ranked_place<T> moved = list[k];
      std::size_t at = k;
      for (; at > 0 && moved.key < list[at - 1].key; --at) list[at] = list[at - 1];
      list[at] = moved;
    }
    return;
  }
  constexpr unsigned width = 11, digits = (8 * sizeof(T) + width - 1) / width, values = 1U << width;
  const auto digit_of = [](const ranked_place<T>& entry, unsigned d) {
    return static_cast<std::size_t>(entry.key >> (d * width) & (values - 1));
  };
  std::vector<std::uint32_t> count(static_cast<std::size_t>(digits) * values, 0);
  for (const ranked_place<T>& entry : list)
    for (unsigned d = 0; d < digits; ++d) ++count[d * values + digit_of(entry, d)];
  std::vector<ranked_place<T>> other(list.size());
  for (unsigned d = 0; d < digits; ++d) {
    std::uint32_t* const next = count.data() + std::size_t{d} * values;
    if (next[digit_of(list[0], d)] == list.size()) continue;  // all have the same
    std::uint32_t before = 0;
    for (std::size_t v = 0; v < values; ++v) {
      const std::uint32_t here = next[v];
      next[v] = before, before += here;
    }
    for (const ranked_place<T>& entry : list) other[next[digit_of(entry, d)]++] = entry;
    (list.swap)(other);
  }
}

/// Ranks values, largest first, of equal ones the later place first: sets is_before[place] to 1 for those that rank
/// before `first` and to 0 for all others, and returns the places of rank first .. last - 1 in their order. Buckets
/// tell which ranks a value may have, and only the values of ranks in question are sorted: linear time for values that
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
  std::vector<ranked_place<T>> sorted(static_cast<std::size_t>(start[to] - start[from]) +
                                      1);  // one for what is left out
  std::size_t found = 0;
  const auto gather = [&](std::size_t place) {
    const T value = values[place], d = depth(value);
    sorted[found] = {ranked_place<T>::key_of(value), static_cast<std::uint32_t>(place)};
    found += (d >= from_depth ? 1U : 0U) & (d < to_depth ? 1U : 0U);
  };
  std::size_t end = n;
  for (; end % together != 0; --end) gather(end - 1);
  for (; end > 0; end -= together) {
    int some = 0;
    for (std::size_t i = end - together; i < end; ++i) {
      const T d = depth(values[i]);
      some |= (d >= from_depth ? 1 : 0) & (d < to_depth ? 1 : 0);
    }
    for (std::size_t i = end; some != 0 && i > end - together; --i) gather(i - 1);
  }
  sorted.pop_back();
  sort_by_keys(sorted);
  std::vector<index_t> asked;
  const index_t asked_until = last < start[to] ? last : start[to];
  if (asked_until > first) asked.reserve(static_cast<std::size_t>(asked_until - first));
  for (index_t rank = start[from]; rank < asked_until; ++rank) {
    const index_t place = static_cast<index_t>(sorted[static_cast<std::size_t>(rank - start[from])].place);
    if (rank < first)
      is_before[place] = 1;
    else
      asked.push_back(place);
  }
  return asked;
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
