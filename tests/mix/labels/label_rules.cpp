// SPDX-License-Identifier: BSD-3-Clause
#include "support/catch.hpp"

#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/labels/label_rules.hpp>

#include <vector>

using namespace mixcon;

TEST_CASE("remix gives the rare class the whole label where its sample is visible enough", "[mix]") {
  const std::vector<int> counts{100, 40, 10, 3};
  const pair_targets mixed{{0, 0, 3, 3, 0, 1}, {3, 3, 0, 0, 1, 1}, {0.4, 0.6, 0.6, 0.4, 0.1, 0.2}};
  CHECK(remix{}(mixed, counts).lambda == std::vector<double>{0, 0.6, 1, 0.4, 0.1, 0.2});
  CHECK(remix{.kappa = 1}(mixed, counts).lambda[5] == 0);  // r = 1 hits both rules: the first wins
  CHECK_THROWS_WITH(remix{}(mixed, std::vector<int>{100, 40, 10, 0}), ContainsSubstring("class 3 has count 0"));
  CHECK_THROWS_WITH(remix{}(mixed, std::vector<int>{100, 40}), ContainsSubstring("a label is 3 of 2 classes"));
  CHECK_THROWS_WITH(remix{.kappa = 0.5}(mixed, counts), ContainsSubstring("kappa is 0.5"));
}

TEST_CASE("two-hot labels may sum to 2, and are cut to 1 where both are one class", "[mix]") {
  const pair_targets mixed{{0, 1, 2}, {1, 1, 0}, {0.25, 0.5, 1}};
  const auto plain = two_hot{.threshold = 0.5}(mixed);
  CHECK(plain.own_weight == std::vector<double>{0.5, 1, 1});
  CHECK(plain.partner_weight == std::vector<double>{1, 1, 0});
  std::vector<float> rows(9, 7);
  write_weighted_labels(plain, matrix_view<float>(rows.data(), {3, 3}));
  CHECK(rows == std::vector<float>{0.5, 1, 0, 0, 1, 0, 0, 0, 1});
  const auto scaled = two_hot{.threshold = 0.5, .scale = 0.5}(mixed);
  CHECK(scaled.partner_weight == std::vector<double>{0.5, 0.5, 0});
  CHECK_THROWS_WITH(write_weighted_labels(plain, matrix_view<float>(rows.data(), {3, 2})),
                    ContainsSubstring("a label of sample 2 is 2 of 2 classes"));
  CHECK_THROWS_WITH(two_hot{.scale = 2}(mixed), ContainsSubstring("the scale is 2"));
}

TEST_CASE("virtual labels hold lambda at the sample and the rest at its partner", "[mix]") {
  std::vector<double> rows(9);
  virtual_labels(mix_plan<interpolated>{{1, 0, 2}, {0.25, 0.5, 0.75}, {}}, matrix_view<double>(rows.data(), {3, 3}));
  CHECK(rows == std::vector<double>{0.25, 0.75, 0, 0.5, 0.5, 0, 0, 0, 1});
  CHECK_THROWS_WITH(virtual_labels(mix_plan<interpolated>{{0}, {1}, {}}, matrix_view<double>(rows.data(), {3, 3})),
                    ContainsSubstring("the plan is of 1 samples"));
}

TEST_CASE("accuracy under mixing counts each label by its share", "[mix]") {
  const pair_targets mixed{{0, 1, 2}, {1, 1, 0}, {0.25, 0.5, 1}};
  CHECK(mixed_accuracy(mixed, std::vector<int>{1, 1, 0}) == Approx((0.75 + 1 + 0) / 3));
  CHECK_THROWS_WITH(mixed_accuracy(mixed, std::vector<int>{1}), ContainsSubstring("1 predictions for 3 samples"));
}

TEST_CASE("label rules leave an ignored label out", "[mix]") {
  const pair_targets mixed{{0, -100, 1, -100}, {-100, 1, 0, -100}, {0.25, 0.25, 0.75, 0.5}, -100};
  const pair_targets rare = remix{}(mixed, std::vector<int>{100, 3});
  CHECK(rare.lambda == std::vector<double>{0.25, 0.25, 1, 0.5});
  CHECK(rare.ignored == mixed.ignored);
  const weighted_labels shown = two_hot{.scale = 0.5}(mixed);
  CHECK(shown.own_weight == std::vector<double>{0.125, 0, 0.375, 0});
  CHECK(shown.partner_weight == std::vector<double>{0, 0.375, 0.125, 0});
  std::vector<double> rows(8, 7);
  write_weighted_labels(shown, matrix_view<double>(rows.data(), {4, 2}));
  CHECK(rows == std::vector<double>{0.125, 0, 0, 0.375, 0.125, 0.375, 0, 0});
  // 0.25 of sample 0, 0.75 of sample 1 and all of sample 2 are labelled
  CHECK(mixed_accuracy(mixed, std::vector<int>{0, 0, 1, -100}) == Approx((0.25 + 0 + 0.75) / 2));
  const pair_targets none{{7}, {7}, {0.5}, 7};
  CHECK_THROWS_WITH(mixed_accuracy(none, std::vector<int>{7}), ContainsSubstring("every label of the 1 samples"));
}
