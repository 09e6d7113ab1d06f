// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/mix/draw/many_draws.hpp>
#include <mixcon/mix/draw/recorded_draws.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace mixcon;

TEST_CASE("many uniform draws: each depends on its field and number alone, or is what was recorded", "[mix]") {
  const philox_draws draws = philox_draws{.seed = 4, .step = 9}.within("policy");
  const auto drawn = [](const auto& from, field f, index_t count) {
    std::vector<double> all;
    detail::for_each_uniform(from, f, count, [&](index_t i, double u) {
      CHECK(i == static_cast<index_t>(all.size()));
      CHECK((0 <= u && u < 1));
      all.push_back(u);
    });
    return all;
  };
  const std::vector<double> all = drawn(draws, "seed", 4000);
  REQUIRE(all.size() == 4000);
  for (const index_t fewer : {0, 1, 4, 7}) {
    const std::vector<double> first = drawn(draws, "seed", fewer);
    CHECK(first == std::vector<double>(all.begin(), all.begin() + fewer));
  }
  CHECK(drawn(draws, "other seed", 1) != drawn(draws, "seed", 1));
  std::vector<double> sorted = all;
  std::sort(sorted.begin(), sorted.end());
  double furthest = 0;  // Kolmogorov and Smirnov; beyond 2.7 / sqrt(n) once in a million
  for (std::size_t i = 0; i < sorted.size(); ++i)
    furthest = std::max(furthest, std::abs(sorted[i] - (static_cast<double>(i) + 0.5) / 4000));
  CHECK(furthest < 2.7 / std::sqrt(4000));
  recorded_draws recorded;
  recorded.record("seed", {0.25, 0.5});
  CHECK(drawn(recorded, "seed", 2) == std::vector<double>{0.25, 0.5});
}

TEST_CASE("many normal draws: each depends on its field and number alone, or is what was recorded", "[mix]") {
  const philox_draws draws{.seed = 4, .step = 9};
  const auto drawn = [](const auto& from, field f, index_t first, index_t count) {
    std::vector<double> all;
    detail::for_each_normal(from, f, first, count, [&](index_t i, double z) {
      CHECK(i == first + static_cast<index_t>(all.size()));
      all.push_back(z);
    });
    return all;
  };
  const std::vector<double> all = drawn(draws, "noise", 0, 40);
  REQUIRE(all.size() == 40);
  for (const index_t first : {0, 1, 2, 3, 4, 7})
    for (const index_t count : {0, 1, 3, 4, 9})
      CHECK(drawn(draws, "noise", first, count) ==
            std::vector<double>(all.begin() + first, all.begin() + first + count));
  CHECK(drawn(draws, "other noise", 0, 1) != drawn(draws, "noise", 0, 1));
  recorded_draws recorded;
  recorded.record("noise", {1, 2, 3, 4});
  CHECK(drawn(recorded, "noise", 1, 3) == std::vector<double>{2, 3, 4});
}
