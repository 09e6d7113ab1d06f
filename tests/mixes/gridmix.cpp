// SPDX-License-Identifier: BSD-3-Clause
#include "mix/batches.hpp"
#include "support/catch.hpp"

#include <cmath>

using namespace mixcon_test;

namespace {

const image_shape shape{.samples = 4, .channels = 3, .rows = 10, .columns = 14};
const philox_draws draws{.seed = 5};

}  // namespace

TEST_CASE("gridmix: holes of sqrt(1 - lambda) of a cell, never whole cells and never nothing", "[mix]") {
  for (const double lambda : {0.0, 0.5, 1.0}) {
    const gridmix<fixed_lambda> policy{
        .lambda = {lambda}, .least_holes = 2, .most_holes = 2, .cut_area = {1, 1}, .cut_aspect = {1, 1}};
    const auto plan = policy.plan({2, 1, 12, 12}, draws);
    const index_t side = lambda == 0 ? 5 : lambda == 1 ? 1 : 4;  // of a cell of 6
    CHECK(zeros(plan.region.shares) == 4 * side * side);
    CHECK(plan.lambda[0] == 1 - static_cast<double>(4 * side * side) / 144);
  }
  const gridmix<> crowded{.least_holes = 20, .most_holes = 20};
  CHECK_THROWS_WITH(crowded.plan(shape, draws), ContainsSubstring("at most half of them can be holes"));
  CHECK_THROWS_WITH(gridmix<>{.least_holes = 0}.plan(shape, draws), ContainsSubstring("1 <= least_holes"));
}

TEST_CASE("gridmix refuses a size always or never: narrow parts have as many holes as fit", "[mix]") {
  const auto check = [](const gridmix<>& policy, index_t rows, index_t columns, std::uint64_t draws_a_size) {
    const double widest = std::sqrt(static_cast<double>(rows * columns) / 0.5);
    const bool fits = 2 * policy.least_holes <= static_cast<index_t>(widest);
    for (std::uint64_t step = 0; step < draws_a_size; ++step) {
      const philox_draws drawn{.seed = 61, .step = step};
      if (!fits) {
        REQUIRE_THROWS_WITH(policy.plan({2, 3, rows, columns}, drawn), ContainsSubstring("larger images"));
        continue;
      }
      const double lambda = policy.plan({2, 3, rows, columns}, drawn).lambda[0];
      REQUIRE((0 < lambda && lambda <= 1));
      if (rows == columns && rows >= 4 && policy.hole_aspect.low == 1) REQUIRE(lambda < 1);
    }
  };
  for (index_t side = 1; side <= 16; ++side) check(gridmix<>{}, side, side, 2000);
  for (index_t rows = 1; rows <= 16; ++rows)
    for (index_t columns = 1; columns <= 16; ++columns) {
      check(gridmix<>{}, rows, columns, 20);
      check(gridmix<>{.least_holes = 5, .hole_aspect = {0.05, 1}}, rows, columns, 20);
    }
}

TEST_CASE("gridmix: the only hole that fits is cut, and a part of one column stays whole", "[mix]") {
  const gridmix<fixed_lambda> tall{.lambda = {0.5}, .cut_area = {0.25, 1}, .cut_aspect = {0.5, 9}};
  recorded_draws recorded;
  recorded.record("partner", {1, 0});
  const auto plan_of = [&](double area, double aspect) {
    recorded_draws draws_of_one = recorded;
    draws_of_one.record("cut_area", {area}), draws_of_one.record("cut_aspect", {aspect});
    draws_of_one.record("holes", {1}), draws_of_one.record("cut_left", {0}), draws_of_one.record("cut_top", {0});
    return tall.plan({2, 1, 8, 8}, draws_of_one);
  };
  const auto three_wide = plan_of(0.25, 1.5);  // 3 x 4 pixels, cells of 3, holes of 2 at rows 0 and 3
  CHECK(zeros(three_wide.region.shares) == 6);
  const auto one_wide = plan_of(0.25, 8);
  CHECK(one_wide.lambda == std::vector<double>{1.0});
}
