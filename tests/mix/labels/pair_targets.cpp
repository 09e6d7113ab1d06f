// SPDX-License-Identifier: BSD-3-Clause
#include "support/catch.hpp"

#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>

#include <cstdint>
#include <vector>

using namespace mixcon;

TEST_CASE("pair targets hold both labels and the lambda of every sample", "[mix]") {
  const std::vector<std::uint8_t> labels{7, 3, 250};
  const mix_plan<interpolated> one{{1, 2, 0}, {0.25}, {}}, each{{1, 1, 0}, {0.25, 1, 0}, {}};
  CHECK(pair_targets_of(one, labels) == pair_targets{{7, 3, 250}, {3, 250, 7}, {0.25, 0.25, 0.25}});
  CHECK(pair_targets_of(each, labels) == pair_targets{{7, 3, 250}, {3, 3, 7}, {0.25, 1, 0}});
  const std::vector<int> bank{-1, -2, -3, -4};
  const mix_plan<interpolated> elsewhere{{3, 3, 0}, {0.5}, {}};
  CHECK(pair_targets_of(elsewhere, labels, bank).partner == std::vector<index_t>{-4, -4, -1});
  CHECK(to_string(pair_targets_of(one, labels)) == "own [7, 3, 250], partner [3, 250, 7], lambda [0.25, 0.25, 0.25]");
}

TEST_CASE("pair targets refuse labels that do not fit the plan", "[mix]") {
  const mix_plan<interpolated> plan{{1, 2, 0}, {0.5}, {}}, elsewhere{{1, 4, 0}, {0.5}, {}},
      odd{{1, 2, 0}, {0.5, 0.5}, {}};
  const std::vector<int> labels{1, 2, 3}, few{1, 2};
  CHECK_THROWS_WITH(pair_targets_of(plan, few), ContainsSubstring("there are 2 labels for 3 samples"));
  CHECK_THROWS_WITH(pair_targets_of(elsewhere, labels), ContainsSubstring("the partner of sample 1 is 4"));
  CHECK_THROWS_WITH(pair_targets_of(odd, labels), ContainsSubstring("2 lambdas for 3 samples"));
}

TEMPLATE_TEST_CASE("P5: soft targets are the smoothed formula and sum to 1", "[mix]", float, double) {
  const pair_targets targets{{0, 2, 1, 4}, {1, 2, 0, 0}, {0.3, 0.7, 1, 0}};
  for (const double smoothing : {0.0, 0.1, 0.9}) {
    std::vector<TestType> soft(4 * 5, TestType{-1});
    const matrix_view<TestType> rows(soft.data(), {4, 5});
    soft_targets(targets, rows, smoothing);
    for (index_t i = 0; i < 4; ++i) {
      const std::size_t at = static_cast<std::size_t>(i);
      double sum = 0;
      for (index_t k = 0; k < 5; ++k) {
        const double own = (k == targets.own[at] ? 1 - smoothing : 0) + smoothing / 5;
        const double partner = (k == targets.partner[at] ? 1 - smoothing : 0) + smoothing / 5;
        CHECK(rows(i, k) == Approx(targets.lambda[at] * own + (1 - targets.lambda[at]) * partner).margin(1e-7));
        sum += static_cast<double>(rows(i, k));
      }
      CHECK(sum == Approx(1).epsilon(sizeof(TestType) == 8 ? 1e-12 : 1e-6));
    }
  }
}

TEST_CASE("equal classes give the one-hot row itself, and no smoothing leaves exact zeros", "[mix]") {
  std::vector<double> soft(3);
  soft_targets({{1}, {1}, {0.3}}, matrix_view<double>(soft.data(), {1, 3}));
  CHECK(soft == std::vector<double>{0, 1, 0});
}

TEST_CASE("soft targets refuse labels outside the classes, odd shapes and odd smoothing", "[mix]") {
  std::vector<double> soft(6);
  const matrix_view<double> rows(soft.data(), {2, 3});
  CHECK_THROWS_WITH(soft_targets({{0, 3}, {0, 0}, {1, 1}}, rows), ContainsSubstring("a label of sample 1 is 3 of 3"));
  CHECK_THROWS_WITH(soft_targets({{0, 0}, {0, -1}, {1, 1}}, rows), ContainsSubstring("a label of sample 1 is -1"));
  CHECK_THROWS_WITH(soft_targets({{0}, {0}, {1}}, rows), ContainsSubstring("the targets are of 1 samples"));
  CHECK_THROWS_WITH(soft_targets({{0, 0}, {0, 0}, {1, 1}}, rows, 1.0), ContainsSubstring("smoothing is 1"));
}

TEST_CASE("pair targets carry the ignored label, and soft targets drop its share, smoothing included", "[mix]") {
  const std::vector<std::uint8_t> labels{2, 255, 0, 255};
  const mix_plan<interpolated> plan{{1, 2, 0, 1}, {0.25, 0.5, 0.75, 0.5}, {}};
  const pair_targets targets = pair_targets_of(plan, labels, ignored_label{255});
  CHECK(targets == pair_targets{{2, 255, 0, 255}, {255, 0, 2, 255}, {0.25, 0.5, 0.75, 0.5}, 255});
  CHECK(targets != pair_targets_of(plan, labels));
  CHECK(to_string(targets).ends_with("lambda [0.25, 0.5, 0.75, 0.5], ignored 255"));
  CHECK(targets.own_share(1) == 0);
  CHECK(targets.partner_share(1) == 0.5);
  CHECK(!targets.has_label(3));
  for (const double smoothing : {0.0, 0.3}) {
    std::vector<double> soft(12);
    soft_targets(targets, matrix_view<double>(soft.data(), {4, 3}), smoothing);
    const double off = smoothing / 3, on = 1 - smoothing + off;
    const double expected[] = {0.25 * off, 0.25 * off, 0.25 * on, 0.5 * on, 0.5 * off, 0.5 * off};
    for (std::size_t k = 0; k < 6; ++k) CHECK(soft[k] == Approx(expected[k]).margin(1e-16));
    CHECK(soft[6] + soft[7] + soft[8] == Approx(1));
    for (std::size_t k = 9; k < 12; ++k) CHECK(soft[k] == 0);
  }
}

TEST_CASE("labels of pair targets are classes: what no index holds is refused, unless it is ignored", "[mix]") {
  const std::uint64_t most = ~std::uint64_t{0};
  const std::vector<std::uint64_t> labels{most, 3};
  const std::vector<int> others{1, -1};
  const mix_plan<interpolated> plan{{1, 0}, {0.5}, {}};
  CHECK_THROWS_WITH(pair_targets_of(plan, labels), ContainsSubstring("18446744073709551615"));
  CHECK_THROWS_WITH(pair_targets_of(plan, labels, others, most), ContainsSubstring("a label is -1"));
  const pair_targets targets = pair_targets_of(plan, labels, most);
  CHECK(targets.own_share(0) == 0);
  CHECK(targets.partner_share(0) == 0.5);
}
