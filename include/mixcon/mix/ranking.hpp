// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace mixcon::detail {

/// The places of values in [0, 1], largest value first; of equal ones the later place first. Sorted by as many buckets
/// as there are values, each by insertion: linear time for values that spread.
inline std::vector<index_t> by_brightness(const std::vector<double>& values) {
  const std::size_t n = values.size();
  std::vector<std::size_t> start(n + 2, 0);
  const auto bucket = [n](double value) {
    const std::size_t from_dark = static_cast<std::size_t>(value * static_cast<double>(n));
    return n - (from_dark < n ? from_dark : n);
  };
  for (const double value : values) ++start[bucket(value) + 1];
  for (std::size_t b = 1; b < start.size(); ++b) start[b] += start[b - 1];
  std::vector<index_t> order(n);
  std::vector<std::size_t> next(start.begin(), start.end() - 1);
  const auto comes_first = [&](index_t a, index_t b) {
    const double x = values[static_cast<std::size_t>(a)], y = values[static_cast<std::size_t>(b)];
    return x > y || (x == y && a > b);
  };
  for (std::size_t place = n; place-- > 0;) {
    const std::size_t b = bucket(values[place]);
    std::size_t at = next[b]++;
    order[at] = static_cast<index_t>(place);
    for (; at > start[b] && comes_first(order[at], order[at - 1]); --at) std::swap(order[at], order[at - 1]);
  }
  return order;
}

}  // namespace mixcon::detail
