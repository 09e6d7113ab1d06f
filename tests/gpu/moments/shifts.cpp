// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/moments/moment_call.hpp"

#include <mixcon/losses/info_nce.hpp>

using namespace mixcon_test;
constexpr auto moments = mixcon::gpu::tier::moments;

namespace {

mixcon::objective<mixcon::info_nce, mixcon::dot_product, mixcon::plain_logits> made_objective(double temperature) {
  mixcon::objective one{mixcon::info_nce{.temperature = temperature}, mixcon::dot_product{}};
  one.direction = {0.75, 0.5}, one.without_positive = mixcon::no_positive::skip;
  return one;
}
std::vector<int> labels_of(int rows) {
  std::vector<int> labels;
  for (int i = 0; i < rows; ++i) labels.push_back(i % 7);
  return labels;
}

}  // namespace

TEST_CASE("Logits beyond the range of a fixed shift agree with serial on moments", "[gpu]") {
  const auto a = exact_rows(66, 9, 1), c = exact_rows(130, 9, 2);
  const auto labels = labels_of(66);
  // dot products up to 9: 60 bits of a fixed shift are used up below a temperature of 0.2
  for (const double temperature : {1.0, 0.05, 0.004}) {
    INFO("temperature " << temperature);
    const moment_bounds bounds{2e-5, temperature < 0.01 ? 2e-4 : 2e-5};  // a float's logit of 2000 has 1e-4
    check_moments("diagonal", made_objective(temperature), mixcon::diagonal_targets{}, a, &c, bounds);
    check_moments("labels", made_objective(temperature), mixcon::label_targets{.labels = labels}, a, nullptr, bounds);
  }
}

TEST_CASE("Losses near 0 keep their digits on moments", "[gpu]") {
  // the similarity of each positive is about 1, of all others below 0.2, in numbers that the operands hold
  auto criterion = made_objective(0.07);
  criterion.direction = {1, 0};
  numbers_by_row a(16, 16), c(16, 16);
  for (index_t i = 0; i < 16; ++i)
    for (index_t k = 0; k < 16; ++k) {
      const auto at = static_cast<std::size_t>(i * 16 + k);
      a.data[at] = i == k ? 1 : static_cast<double>((i * 5 + k * 3) % 7) / 64;
      c.data[at] = i == k ? 1 : static_cast<double>((i * 3 + k * 4) % 5) / 64;
    }
  for (int i = 0; i < 3; ++i) {
    const tile_answer expected = tiles_expected(criterion, mixcon::diagonal_targets{}, a, &c);
    const tile_answer found = by_tiles<float, moments>(criterion, mixcon::diagonal_targets{}, a, &c);
    CHECK(expected.value < 1e-4);
    CHECK(std::abs(found.value / expected.value - 1) < 1e-6);
    CHECK(frobenius_apart(found.anchors, expected.anchors, 0) < 2e-5);
    criterion.loss.temperature *= 0.75;
  }
}

TEST_CASE("A hidden row may be NaN or infinite on moments and adds nothing; one that is seen stays NaN", "[gpu]") {
  auto criterion = made_objective(0.5);
  criterion.direction = {1, 0};
  const auto a = exact_rows(66, 9, 1), c = exact_rows(66, 9, 2);
  std::vector<int> labels(66, 1), others(66, 1);
  for (std::size_t i = 2; i < 66; i += 3) labels[i] = others[i] = 2;
  others[5] = 7;  // nobody's class, and so hidden from all
  const mixcon::label_targets targets{
      .labels = labels, .candidate_labels = others, .others = mixcon::visibility::hidden};
  const tile_answer plain = by_tiles<float, moments>(criterion, targets, a, &c);
  for (const double x : {std::nan(""), HUGE_VAL}) {
    auto odd = c;
    odd.data[5 * 9 + 4] = x;
    const tile_answer found = by_tiles<float, moments>(criterion, targets, a, &odd);
    CHECK(std::abs(found.value - plain.value) < 1e-6);
    CHECK(frobenius_apart(found.anchors, plain.anchors, 1e-2) < 1e-6);
    odd.data[8 * 9 + 4] = x;  // of class 2
    const tile_answer seen = by_tiles<float, moments>(criterion, targets, a, &odd);
    CHECK(std::isnan(seen.value));
    for (std::size_t k = 0; k < seen.anchors.size(); ++k) {
      INFO("entry " << k);
      if (labels[k / 9] == 2)
        CHECK(std::isnan(seen.anchors[k]));
      else
        CHECK(!std::isnan(seen.anchors[k]));
    }
  }
}
