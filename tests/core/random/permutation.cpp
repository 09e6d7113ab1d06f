// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/core/random/permutation.hpp>

#include <mixcon/core/random/philox.hpp>

#include "support/catch.hpp"
#include "support/distributions.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

using namespace mixcon;

namespace {

using order = std::vector<index_t>;

vector_view<index_t> view_of(order& numbers) { return {numbers.data(), {std::ssize(numbers)}}; }

order counted(index_t n) {
  order numbers(static_cast<std::size_t>(n));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

index_t fixed_points(const order& numbers) {
  index_t fixed = 0;
  for (index_t i = 0; i < std::ssize(numbers); ++i) fixed += numbers[static_cast<std::size_t>(i)] == i ? 1 : 0;
  return fixed;
}

bool is_permutation_of_counted(order numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers == counted(std::ssize(numbers));
}

/// How often each order of n numbers came up in 24000 draws, one sample each.
template <class Draw>
std::map<order, int> counts_of_orders(index_t n, Draw draw) {
  std::map<order, int> counts;
  for (index_t sample = 0; sample < 24000; ++sample) {
    philox_stream stream(1, 2, 3, sample);
    order numbers(static_cast<std::size_t>(n), -1);
    draw(stream, view_of(numbers));
    ++counts[numbers];
  }
  return counts;
}

std::vector<int> values(const std::map<order, int>& counts) {
  std::vector<int> list;
  list.reserve(counts.size());
  for (const auto& [numbers, count] : counts) list.push_back(count);
  return list;
}

}  // namespace

TEST_CASE("permutation draws all 24 orders of four numbers equally often", "[random]") {
  const auto counts = counts_of_orders(4, [](auto& stream, auto out) { permutation(stream, out); });
  REQUIRE(counts.size() == 24);
  for (const auto& [numbers, count] : counts) CHECK(is_permutation_of_counted(numbers));
  CHECK(mixcon_test::chi_square(values(counts)) > 1e-3);
}

TEST_CASE("derangement draws all 9 orders that move each of four numbers equally often", "[random]") {
  const auto counts = counts_of_orders(4, [](auto& stream, auto out) { derangement(stream, out); });
  REQUIRE(counts.size() == 9);
  for (const auto& [numbers, count] : counts) {
    CHECK(is_permutation_of_counted(numbers));
    CHECK(fixed_points(numbers) == 0);
  }
  CHECK(mixcon_test::chi_square(values(counts)) > 1e-3);
}

TEST_CASE("derangement draws all 44 orders that move each of five numbers equally often", "[random]") {
  const auto counts = counts_of_orders(5, [](auto& stream, auto out) { derangement(stream, out); });
  REQUIRE(counts.size() == 44);
  CHECK(mixcon_test::chi_square(values(counts)) > 1e-3);
}

TEST_CASE("the only permutation of one number, and the only derangement of two", "[random]") {
  philox_stream stream(1, 0, 0, 0);
  for (int draw = 0; draw < 10; ++draw) {
    order one(1, -1), two(2, -1);
    permutation(stream, view_of(one));
    derangement(stream, view_of(two));
    CHECK(one == order{0});
    CHECK(two == order{1, 0});
  }
}

TEST_CASE("a number of a long permutation is equally often at each place", "[random]") {
  std::vector<int> place_of_first(100, 0), number_at_last(100, 0);
  double fixed = 0;
  const int draws = 20000;
  philox_stream stream(1, 0, 0, 0);
  order numbers(100);
  for (int draw = 0; draw < draws; ++draw) {
    permutation(stream, view_of(numbers));
    ++place_of_first[static_cast<std::size_t>(std::ranges::find(numbers, 0) - numbers.begin())];
    ++number_at_last[static_cast<std::size_t>(numbers.back())];
    fixed += static_cast<double>(fixed_points(numbers));
  }
  REQUIRE(is_permutation_of_counted(numbers));
  CHECK(mixcon_test::chi_square(place_of_first) > 1e-3);
  CHECK(mixcon_test::chi_square(number_at_last) > 1e-3);
  CHECK(fixed / draws == Approx(1).margin(5 / std::sqrt(draws)));  // mean and variance are 1
}

TEST_CASE("a long derangement moves every number", "[random]") {
  philox_stream stream(1, 0, 0, 0);
  order numbers(1000);
  for (int draw = 0; draw < 100; ++draw) {
    derangement(stream, view_of(numbers));
    REQUIRE(is_permutation_of_counted(numbers));
    REQUIRE(fixed_points(numbers) == 0);
  }
}

TEST_CASE("what was in the room before does not matter", "[random]") {
  order fresh(10, -1), used(10, 7);
  for (const bool all_move : {false, true}) {
    philox_stream one(1, 2, 3, 4), two(1, 2, 3, 4);
    all_move ? derangement(one, view_of(fresh)) : permutation(one, view_of(fresh));
    all_move ? derangement(two, view_of(used)) : permutation(two, view_of(used));
    CHECK(fresh == used);
  }
}

TEST_CASE("a permutation is written through strides and nowhere else", "[random]") {
  order dense(5), spaced(15, -1);
  philox_stream one(1, 2, 3, 4), two(1, 2, 3, 4);
  permutation(one, view_of(dense));
  permutation(two, vector_view<index_t>{spaced.data() + 1, {5}, {3}});
  for (std::size_t i = 0; i < spaced.size(); ++i) CHECK(spaced[i] == (i % 3 == 1 ? dense[i / 3] : -1));
}

TEST_CASE("permutation refuses an empty batch, derangement also a batch of one", "[random]") {
  philox_stream stream(1, 0, 0, 0);
  order none, one(1);
  CHECK_THROWS_WITH(permutation(stream, view_of(none)),
                    "permutation: there is room for 0 numbers; expected at least one. Is the batch empty?");
  CHECK_THROWS_WITH(
      derangement(stream, view_of(one)),
      "derangement: there is room for 1 numbers; at least two are needed for each to have a partner other "
      "than itself. Is the last batch too small?");
  CHECK_THROWS_AS(derangement(stream, view_of(none)), std::invalid_argument);
}
