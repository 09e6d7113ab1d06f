// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/core/random/philox.hpp>
#include <mixcon/core/random/samplers.hpp>
#include <mixcon/mix/solve/ranking.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

using namespace mixcon;

namespace {

template <class T>
std::vector<index_t> sorted_places(const std::vector<T>& values) {
  std::vector<index_t> order(values.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<index_t>(i);
  std::sort(order.begin(), order.end(), [&](index_t a, index_t b) {
    const T x = values[static_cast<std::size_t>(a)], y = values[static_cast<std::size_t>(b)];
    return x > y || (x == y && a > b);
  });
  return order;
}

/// Asks for a few pairs of ranks, and for none and all.
template <class T>
void check_ranks(const std::vector<T>& values, philox_stream& bits) {
  const std::vector<index_t> order = sorted_places(values);
  const index_t n = static_cast<index_t>(values.size());
  for (int trial = 0; trial < 6; ++trial) {
    index_t first = uniform_integer(bits, n + 1), last = trial == 0 ? first : uniform_integer(bits, n + 1);
    if (trial == 1) first = 0, last = n;
    if (first > last) std::swap(first, last);
    std::vector<double> is_before(values.size(), -1), expected(values.size(), 0);
    const std::vector<index_t> between = detail::by_brightness(values, first, last, is_before.data());
    for (index_t rank = 0; rank < first; ++rank)
      expected[static_cast<std::size_t>(order[static_cast<std::size_t>(rank)])] = 1;
    INFO(n << " values, ranks " << first << " to " << last);
    CHECK(between == std::vector<index_t>(order.begin() + first, order.begin() + last));
    CHECK(is_before == expected);
  }
}

}  // namespace

TEMPLATE_TEST_CASE("brightness ranks as sorting does, between any two ranks and with ties", "[mix]", double, float) {
  philox_stream bits(3, 0, 0, 0);
  for (int trial = 0; trial < 100; ++trial) {
    const index_t n = 1 + uniform_integer(bits, trial % 10 == 0 ? 3000 : 90);
    const index_t levels = trial % 3 == 0 ? 1 + uniform_integer(bits, 4) : index_t{1} << 40;  // few: ties
    const double scale = std::exp(40 * uniform(bits) - 20), shift = trial % 2 == 0 ? 0 : -scale / 3;
    std::vector<TestType> values(static_cast<std::size_t>(n));
    for (TestType& value : values)
      value = static_cast<TestType>(
          scale * static_cast<double>(uniform_integer(bits, levels + 1)) / static_cast<double>(levels) + shift);
    check_ranks(values, bits);
  }
}

TEMPLATE_TEST_CASE("brightness ranks values that are all alike, or differ by the least there is", "[mix]", double,
                   float) {
  philox_stream bits(4, 0, 0, 0);
  constexpr TestType least = std::numeric_limits<TestType>::denorm_min();
  for (const TestType step : {TestType{0}, least, std::numeric_limits<TestType>::max() / 8}) {
    std::vector<TestType> values(100);
    for (TestType& value : values) value = static_cast<TestType>(uniform_integer(bits, 4)) * step;
    check_ranks(values, bits);
  }
}

TEMPLATE_TEST_CASE("brightness ranks zeros of either sign alike, among few values and among many", "[mix]", double,
                   float) {
  philox_stream bits(6, 0, 0, 0);
  constexpr TestType signs[] = {TestType{0}, -TestType{0}, TestType{1}, -TestType{1}};
  for (const std::size_t n : {std::size_t{30}, std::size_t{128}, std::size_t{129}, std::size_t{5000}}) {
    std::vector<TestType> values(n);
    for (TestType& value : values) {
      value = signs[uniform_integer(bits, 4)];
      if (uniform_integer(bits, 3) == 0) value *= static_cast<TestType>(normal(bits));
    }
    check_ranks(values, bits);
  }
}

TEMPLATE_TEST_CASE("the range of values is that of all of them, however many", "[mix]", double, float) {
  philox_stream bits(5, 0, 0, 0);
  for (std::size_t n = 1; n < 70; ++n) {
    std::vector<TestType> values(n);
    for (TestType& value : values) value = static_cast<TestType>(normal(bits));
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    CHECK(detail::range_of(values) == std::pair<TestType, TestType>(*least, *most));
  }
}
