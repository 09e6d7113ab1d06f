// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/core/distinct_integers.hpp>

#include "support/catch.hpp"

#include <cstdint>
#include <limits>
#include <map>
#include <vector>

using mixcon::index_t;
using mixcon::integer_value;
using mixcon::detail::distinct_integers;

TEST_CASE("Different integers are numbered in the order in which they come first", "[core]") {
  distinct_integers seen;
  CHECK(seen.count() == 0);
  CHECK(seen.find(7) == -1);
  CHECK(seen.number(7) == 0);
  CHECK(seen.number(-3) == 1);
  CHECK(seen.number(7) == 0);
  CHECK(seen.number(0) == 2);
  CHECK(seen.find(-3) == 1);
  CHECK(seen.find(1) == -1);
  CHECK(seen.count() == 3);
}

TEST_CASE("2^64 - 1 and -1 are different integers", "[core]") {
  distinct_integers seen;
  CHECK(seen.number(std::numeric_limits<std::uint64_t>::max()) == 0);
  CHECK(seen.number(std::int64_t{-1}) == 1);
  CHECK(seen.number(std::numeric_limits<std::uint64_t>::max()) == 0);
}

TEST_CASE("The table numbers as std::map does, whatever the integers have in common", "[core]") {
  for (const std::int64_t step : {1LL, -1LL, 64LL, 1LL << 32, 1LL << 48, 0x4F1BBCDCBFA53E0BLL}) {
    distinct_integers seen;
    std::map<std::int64_t, index_t> expected;
    for (int k = 0; k < 3000; ++k) {
      const auto integer =
          static_cast<std::int64_t>(static_cast<std::uint64_t>(step) * static_cast<std::uint64_t>(k * k % 1009));
      const index_t number = expected.try_emplace(integer, static_cast<index_t>(expected.size())).first->second;
      REQUIRE(seen.number(integer) == number);
    }
    CHECK(seen.count() == static_cast<index_t>(expected.size()));
    for (const auto& [integer, number] : expected) REQUIRE(seen.find(integer) == number);
    CHECK(seen.find(12345) == (expected.count(12345) ? expected[12345] : -1));
  }
}
