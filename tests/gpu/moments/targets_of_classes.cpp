// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/moments/moment_call.hpp"

#include <mixcon/losses/info_nce.hpp>

using namespace mixcon_test;

namespace {

mixcon::objective<mixcon::info_nce, mixcon::cosine, mixcon::plain_logits> made_objective() {
  mixcon::objective one{mixcon::info_nce{.temperature = 0.2}, mixcon::cosine{}};
  one.direction = {0.75, 0.5}, one.without_positive = mixcon::no_positive::skip;
  return one;
}

}  // namespace

TEST_CASE("Rows that stand for classes agree with serial on moments, as candidates and as anchors", "[gpu]") {
  const auto criterion = made_objective();
  const auto rows = exact_rows(70, 9, 1), classes = exact_rows(67, 9, 2);
  std::vector<int> labels;
  for (int i = 0; i < 70; ++i) labels.push_back(i < 30 ? 66 : i % 9 == 0 ? -100 : i - 5);
  check_moments("class", criterion, mixcon::class_targets{.labels = labels, .ignored = -100}, rows, &classes);
  check_moments("member", criterion, mixcon::member_targets{.labels = labels, .ignored = -100}, classes, &rows);
}
