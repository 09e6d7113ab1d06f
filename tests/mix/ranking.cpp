// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/core/philox.hpp>
#include <mixcon/core/samplers.hpp>
#include <mixcon/mix/ranking.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <set>

using namespace mixcon;

namespace {

std::vector<index_t> sorted_places(const std::vector<double>& values) {
  std::vector<index_t> order(values.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<index_t>(i);
  std::sort(order.begin(), order.end(), [&](index_t a, index_t b) {
    const double x = values[static_cast<std::size_t>(a)], y = values[static_cast<std::size_t>(b)];
    return x > y || (x == y && a > b);
  });
  return order;
}

}  // namespace

TEST_CASE("brightness ranks as sorting does, between any two ranks and with ties", "[mix]") {
  philox_stream bits(3, 0, 0, 0);
  for (int trial = 0; trial < 400; ++trial) {
    const index_t n = 1 + uniform_integer(bits, 60);
    const index_t levels = trial % 3 == 0 ? 1 + uniform_integer(bits, 4) : index_t{1} << 40;  // few: ties
    std::vector<double> values(static_cast<std::size_t>(n));
    for (double& value : values)
      value = static_cast<double>(uniform_integer(bits, levels + 1)) / static_cast<double>(levels);
    const std::vector<index_t> order = sorted_places(values);
    index_t first = uniform_integer(bits, n + 1), last = uniform_integer(bits, n + 1);
    if (first > last) std::swap(first, last);
    std::multiset<index_t> before;
    const std::vector<index_t> between =
        detail::by_brightness(values, first, last, [&](index_t place) { before.insert(place); });
    INFO(n << " values, ranks " << first << " to " << last);
    CHECK(between == std::vector<index_t>(order.begin() + first, order.begin() + last));
    CHECK(before == std::multiset<index_t>(order.begin(), order.begin() + first));
  }
}
