// SPDX-License-Identifier: BSD-3-Clause
#include "support/catch.hpp"

#include <mixcon/mix/draw/accept_area.hpp>
#include <mixcon/mix/draw/box_rules.hpp>
#include <mixcon/mix/draw/recorded_draws.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace mixcon;

namespace {

const std::vector<image_shape> shapes{{1, 3, 8, 8}, {1, 1, 7, 5},  {1, 1, 5, 12}, {1, 1, 16, 9},
                                      {1, 1, 1, 1}, {1, 1, 1, 40}, {1, 1, 33, 2}, {1, 3, 224, 224}};
const std::vector<double> lambdas{0, 0.1, 0.25, 0.5, 0.61, 0.75, 0.99, 1};

recorded_draws centre(double row, double column) {
  recorded_draws draws;
  draws.record("box_row", {row});
  draws.record("box_column", {column});
  return draws;
}

template <class Rule>
void check_inside(const Rule& rule) {
  for (const image_shape& shape : shapes)
    for (const double lambda : lambdas)
      for (index_t i = 0; i < 20; ++i) {
        const box b = rule(shape, lambda, philox_draws{.seed = 6}, i);
        CHECK((0 <= b.top && b.top <= b.bottom && b.bottom <= shape.rows));
        CHECK((0 <= b.left && b.left <= b.right && b.right <= shape.columns));
      }
}

}  // namespace

TEST_CASE("boxes lie within the image, for every rule, shape and lambda", "[mix]") {
  check_inside(centred_box{});
  check_inside(margin_box{.margin = 0.3});
  check_inside(torchvision_box{});
  check_inside(continuous_box{});
}

TEST_CASE("the CutMix rule written out, at every centre", "[mix]") {
  for (const image_shape& shape : shapes) {
    if (shape.rows > 40) continue;
    for (const double lambda : lambdas) {
      const int height = static_cast<int>(static_cast<double>(shape.rows) * std::sqrt(1 - lambda));
      const int width = static_cast<int>(static_cast<double>(shape.columns) * std::sqrt(1 - lambda));
      for (index_t y = 0; y < shape.rows; ++y)
        for (index_t x = 0; x < shape.columns; ++x) {
          const box b = centred_box{}(shape, lambda, centre(double(y), double(x)), 0);
          CHECK(b == box{std::max<index_t>(y - height / 2, 0), std::min<index_t>(y + height / 2, shape.rows),
                         std::max<index_t>(x - width / 2, 0), std::min<index_t>(x + width / 2, shape.columns)});
          CHECK(1 - share(b, shape) >= lambda - 1e-12);  // labels never fall below what was drawn
        }
    }
  }
}

TEST_CASE("lambda 1 makes an empty box, and lambda 0 at the centre a full one", "[mix]") {
  const image_shape shape{1, 1, 8, 6};
  CHECK(centred_box{}(shape, 1, centre(3, 3), 0).area() == 0);
  CHECK(centred_box{}(shape, 0, centre(4, 3), 0) == box{0, 8, 0, 6});
  CHECK(continuous_box{}(shape, 0, centre(4, 3), 0) == box{0, 8, 0, 6});
  CHECK(centred_box{}({1, 1, 1, 1}, 0, centre(0, 0), 0).area() == 0);
}

TEST_CASE("a margin keeps centres away from the border, and one without room is refused", "[mix]") {
  const image_shape shape{1, 1, 10, 10};
  for (index_t i = 0; i < 200; ++i) {
    const box b = margin_box{.margin = 0.25}(shape, 0.36, philox_draws{.seed = 2}, i);  // sides 8, margins 2
    CHECK((b.bottom >= 6 && b.top <= 3 && b.right >= 6 && b.left <= 3));
  }
  CHECK_THROWS_WITH(margin_box{.margin = 0.5}(shape, 0, philox_draws{}, 0), ContainsSubstring("leaves no centre"));
  CHECK_THROWS_WITH(margin_box{.margin = -1}(shape, 0, philox_draws{}, 0), ContainsSubstring("the margin is -1"));
}

TEST_CASE("minmax boxes have sides in their range and are never cut off", "[mix]") {
  const image_shape shape{1, 1, 20, 10};
  for (index_t i = 0; i < 500; ++i) {
    const box b = minmax_box{.low = 0.2, .high = 0.9}(shape, 0, philox_draws{.seed = 3}, i);
    CHECK((b.bottom - b.top >= 4 && b.bottom - b.top < 18 && b.bottom <= 20));
    CHECK((b.right - b.left >= 2 && b.right - b.left < 9 && b.right <= 10));
  }
  CHECK_THROWS_WITH((minmax_box{.low = 0.5, .high = 0.4}(shape, 0, philox_draws{}, 0)), ContainsSubstring("sides are"));
  CHECK_THROWS_WITH((minmax_box{.low = 0.5, .high = 0.51}(shape, 0, philox_draws{}, 0)),
                    ContainsSubstring("no whole length"));
}

TEST_CASE("an interval has length trunc(T (1 - lambda)) and every place is possible", "[mix]") {
  const signal_shape shape{1, 1, 13};
  bool first = false, last = false;
  for (index_t i = 0; i < 400; ++i) {
    const interval s = random_interval{}(shape, 0.6, philox_draws{.seed = 4}, i);
    CHECK(s.length() == 5);
    first = first || s.begin == 0, last = last || s.end == 13;
  }
  CHECK((first && last));
  CHECK(random_interval{}(shape, 0, philox_draws{}, 0) == interval{0, 13});
  CHECK(random_interval{}(shape, 1, philox_draws{}, 0).length() == 0);
}

TEST_CASE("accepted areas: feasible exactly where some centre gives one", "[mix]") {
  for (const image_shape& shape : shapes) {
    if (shape.rows > 40) continue;
    for (const double lambda : lambdas)
      for (const auto& [low, high] : {std::pair{0.45, 0.55}, std::pair{0.6, 0.62}, std::pair{0.0, 1.0}}) {
        bool possible = false;
        for (index_t y = 0; y < shape.rows; ++y)
          for (index_t x = 0; x < shape.columns; ++x) {
            const double outside = 1 - share(centred_box{}(shape, lambda, centre(double(y), double(x)), 0), shape);
            possible = possible || (outside >= low && outside <= high);
          }
        INFO(shape.rows << " x " << shape.columns << ", lambda " << lambda << ", " << low << " to " << high);
        CHECK(accept_area{.low = low, .high = high}.feasible(shape, lambda) == possible);
      }
  }
}

TEST_CASE("images on which the reference would loop for ever are refused, or get a fitted box", "[mix]") {
  for (const index_t side : {8, 12, 16}) {
    const image_shape shape{1, 3, side, side};
    CHECK_FALSE(accept_area{}.feasible(shape, 0.5));
    CHECK_THROWS_WITH(accept_area{}(shape, 0.5, philox_draws{}, 0), ContainsSubstring("no_accepted_box::fit"));
    for (index_t i = 0; i < 50; ++i) {
      const box b = accept_area{.otherwise = no_accepted_box::fit}(shape, 0.5, philox_draws{.seed = 1}, i);
      CHECK(std::abs(share(b, shape) - 0.5) <= 0.05);
      CHECK((b.top >= 0 && b.left >= 0 && b.bottom <= side && b.right <= side));
    }
  }
  const accept_area impossible{.low = 0.5, .high = 0.5, .otherwise = no_accepted_box::fit};
  CHECK_THROWS_WITH(impossible({1, 1, 3, 3}, 0.5, philox_draws{}, 0), ContainsSubstring("no box at all"));
}

TEST_CASE("an accepted box comes from the first try that is accepted", "[mix]") {
  const image_shape shape{1, 1, 32, 32};
  for (index_t i = 0; i < 200; ++i) {
    const philox_draws draws{.seed = 9};
    const box b = accept_area{}(shape, 0.5, draws, i);
    CHECK((1 - share(b, shape) >= 0.45 && 1 - share(b, shape) <= 0.55));
    index_t attempt = 0;
    while (std::abs(0.5 - share(centred_box{}(shape, 0.5, draws, i, attempt), shape)) > 0.05) ++attempt;
    CHECK(b == centred_box{}(shape, 0.5, draws, i, attempt));
  }
  const accept_area hasty{.low = 0.45, .high = 0.55, .otherwise = no_accepted_box::refuse, .max_tries = 0};
  CHECK_THROWS_WITH(hasty(shape, 0.5, philox_draws{}, 0), ContainsSubstring("no box drawn for lambda 0.5"));
  CHECK_THROWS_WITH((accept_area{.low = 0.6, .high = 0.5}(shape, 0.5, philox_draws{}, 0)),
                    ContainsSubstring("the accepted range is 0.6 to 0.5"));
}

TEST_CASE("box rules refuse empty images and lambdas that are no share", "[mix]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const philox_draws draws;
  CHECK_THROWS_WITH(centred_box{}({1, 1, 0, 4}, 0.5, draws, 0), ContainsSubstring("images are 0 x 4"));
  CHECK_THROWS_WITH(centred_box{}({1, 1, 4, 4}, nan, draws, 0), ContainsSubstring("lambda is nan"));
  CHECK_THROWS_WITH(torchvision_box{}({1, 1, 4, 4}, 1.5, draws, 0), ContainsSubstring("lambda is 1.5"));
  CHECK_THROWS_WITH(random_interval{}({1, 1, 0}, 0.5, draws, 0), ContainsSubstring("signals have 0 steps"));
}
