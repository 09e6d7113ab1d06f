// SPDX-License-Identifier: BSD-3-Clause
// What the caller chooses by name: reductions, directions, scales, and what becomes of anchors without a positive.
#include "support/engines.hpp"
#include "support/reference.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t number = 7, width = 4;
const info_nce loss{.temperature = 0.3};

void check_same(double a, double b) { CHECK(a == Approx(b).epsilon(1e-13)); }

}  // namespace

TEST_CASE("sum is mean times the number of anchors; weighted is the sum by weights", "[contrast]") {
  random_numbers draw(1);
  const auto a = random_embeddings<double>(number, width, draw), c = random_embeddings<double>(number, width, draw);
  objective criterion{loss, cosine{}};
  saved_for<decltype(criterion), matrix<double>> saved;
  const double mean = forward(serial{}, criterion, diagonal_targets{}, a, c, saved);
  const auto by_row = saved.values<0>();
  criterion.reduce = reduction::sum;
  check_same(value_of(serial{}, criterion, diagonal_targets{}, a, c), mean * number);
  const std::vector<double> weights{0.5, 0, 2, 1, 0, 0.25, 3};
  criterion.reduce = reduction::weighted;
  criterion.weights = weights;
  double expected = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) expected += weights[i] * by_row[i];
  for_each_engine<double>([&](const auto& executor, const char*) {
    auto da = zeros_like(a);
    check_same(value_and_grad(executor, criterion, diagonal_targets{}, a, c, {.anchors = da}), expected);
    CHECK(largest_entry(rows_of(da, 1, 1)) == 0);
    CHECK(largest_entry(rows_of(da, 0, 1)) > 0);
  });
}

TEST_CASE("a weight of 0 keeps an anchor's NaN out of value and gradients", "[contrast]") {
  random_numbers draw(2);
  auto a = random_embeddings<double>(number, width, draw);
  const auto c = random_embeddings<double>(number, width, draw);
  objective criterion{loss, cosine{}};
  criterion.reduce = reduction::weighted;
  const std::vector<double> weights{1, 1, 1, 0, 1, 1, 1};
  criterion.weights = weights;
  const double expected = value_of(serial{}, criterion, diagonal_targets{}, a, c);
  a(3, 2) = std::numeric_limits<double>::quiet_NaN();
  for_each_engine<double>([&](const auto& executor, const char*) {
    auto dc = zeros_like(c);
    check_same(value_and_grad(executor, criterion, diagonal_targets{}, a, c, {.candidates = {dc}}), expected);
    CHECK(all_finite(dc));
  });
}

TEST_CASE("both directions are the average of the loss and the loss with sides exchanged: CLIP", "[contrast]") {
  random_numbers draw(3);
  const auto a = random_embeddings<double>(number, width, draw), c = random_embeddings<double>(number, width, draw);
  objective clip{info_nce{.temperature = 1}, cosine{}}, rows_alone{info_nce{.temperature = 1.0 / 14}, cosine{}};
  clip.scale = 14;
  clip.direction = {0.5, 0.5};
  for_each_engine<double>([&](const auto& executor, const char*) {
    auto da = zeros_like(a), dc = zeros_like(c), ra = da, rc = dc, xa = da, xc = dc;
    const double both = value_and_grad(executor, clip, diagonal_targets{}, a, c, {.anchors = da, .candidates = {dc}});
    const double rows =
        value_and_grad(executor, rows_alone, diagonal_targets{}, a, c, {.anchors = ra, .candidates = {rc}});
    const double columns =
        value_and_grad(executor, rows_alone, diagonal_targets{}, c, a, {.anchors = xc, .candidates = {xa}});
    check_same(both, (rows + columns) / 2);
    for (std::size_t i = 0; i < da.entries().size(); ++i) {
      CHECK(da.entries()[i] == Approx((ra.entries()[i] + xa.entries()[i]) / 2).epsilon(1e-11).margin(1e-14));
      CHECK(dc.entries()[i] == Approx((rc.entries()[i] + xc.entries()[i]) / 2).epsilon(1e-11).margin(1e-14));
    }
  });
}

TEST_CASE("a column direction alone is the loss with sides exchanged", "[contrast]") {
  random_numbers draw(4);
  const auto a = random_embeddings<double>(5, width, draw), c = random_embeddings<double>(9, width, draw);
  const auto role = [](index_t i, index_t j) { return (i + 2 * j) % 4 == 0 ? positive_pair(0.5) : negative_pair(); };
  objective columns{loss, cosine{}};
  columns.direction = {0, 1};
  const auto value = value_of(serial{}, columns, targets_of(role), a, c);
  const auto exchanged = targets_of([&](index_t i, index_t j) { return role(j, i); });
  const auto expected = value_of(serial{}, objective{loss, cosine{}}, exchanged, c, a);
  CHECK(value.value == expected.value);
  CHECK(value.anchors_used == expected.anchors_used);
}

TEST_CASE("the objective's scale stands for the inverse of the temperature", "[contrast]") {
  random_numbers draw(5);
  const auto a = random_embeddings<double>(number, width, draw), c = random_embeddings<double>(number, width, draw);
  objective scaled{info_nce{.temperature = 1}, cosine{}};
  scaled.scale = 8;
  double by_scale = 0, by_temperature = 0;
  const double value = value_and_grad(serial{}, scaled, diagonal_targets{}, a, c, {.scale = &by_scale});
  const double expected = value_and_grad(serial{}, objective{info_nce{.temperature = 0.125}, cosine{}},
                                         diagonal_targets{}, a, c, {.temperature = &by_temperature});
  check_same(value, expected);
  check_same(by_scale * -64, by_temperature);  // d scale / d temperature = -1 / temperature^2
}

TEST_CASE("zero counts anchors without a positive in the mean, skip does not, and both say how many were used",
          "[contrast]") {
  const auto z = random_embeddings<double>(6, width, 6);
  const std::vector<int> labels{0, 1, 0, 2, 3, 0};  // three without a positive
  objective criterion{loss, cosine{}};
  const auto zero = value_of(criterion, label_targets{.labels = labels}, z);
  criterion.without_positive = no_positive::skip;
  const auto skip = value_of(criterion, label_targets{.labels = labels}, z);
  CHECK(zero.anchors_used == 3);
  CHECK(skip.anchors_used == 3);
  check_same(skip.value * 3, zero.value * 6);
  const std::vector<int> all_one_each{0, 1, 2, 3, 4, 5};
  CHECK(value_of(criterion, label_targets{.labels = all_one_each}, z).value == 0);
}
