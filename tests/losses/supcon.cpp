// SPDX-License-Identifier: BSD-3-Clause
// SupCon in both forms, by labels, against the definitions.
#include "losses/supcon_case.hpp"
#include "support/engines.hpp"
#include "support/reference.hpp"

#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/contrast/targets/view.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/nt_xent.hpp>
#include <mixcon/losses/supcon.hpp>
#include <mixcon/losses/supcon_inside.hpp>

using namespace mixcon;
using namespace mixcon_test;

TEMPLATE_TEST_CASE("info_nce over labels is SupCon with the sum outside the logarithm", "[contrast]", float, double,
                   long double) {
  value_check<TestType> agrees("supcon_out");
  random_numbers draw(5);
  for (int i = 0; i < 60; ++i) {
    const supcon_case c(draw);
    const auto z = random_embeddings<TestType>(c.rows(), c.width, draw);
    const auto anchors = rows_of(z, 0, c.anchors());
    const auto wide = reference::unit(converted<long double>(z));
    const long double factor = reference::wide(c.temperature) / reference::wide(0.07);
    const long double expected = reference::supcon_out(reference::products(rows_of(wide, 0, c.anchors()), wide),
                                                       reference::same_label(c.labels), c.temperature);
    const label_targets targets{.labels = c.labels, .views = c.views};
    agrees(objective{info_nce{.temperature = c.temperature}, cosine{}}, targets, anchors, z, c.rows(), c.width,
           1 / reference::wide(c.temperature), expected);
    agrees(objective{info_nce{.temperature = c.temperature, .base_temperature = 0.07}, cosine{}}, targets, anchors, z,
           c.rows(), c.width, 1 / reference::wide(c.temperature), factor * expected);
  }
  agrees.bound_is_tight();
}

TEMPLATE_TEST_CASE("supcon_inside is SupCon with the sum inside the logarithm", "[contrast]", float, double,
                   long double) {
  value_check<TestType> agrees("supcon_in");
  random_numbers draw(6);
  for (int i = 0; i < 60; ++i) {
    const supcon_case c(draw);
    const auto z = random_embeddings<TestType>(c.rows(), c.width, draw);
    const auto wide = reference::unit(converted<long double>(z));
    const long double expected = reference::supcon_in(reference::products(rows_of(wide, 0, c.anchors()), wide),
                                                      reference::same_label(c.labels), c.temperature);
    agrees(objective{supcon_inside{.temperature = c.temperature}, cosine{}},
           label_targets{.labels = c.labels, .views = c.views}, rows_of(z, 0, c.anchors()), z, c.rows(), c.width,
           1 / reference::wide(c.temperature), expected);
  }
  agrees.bound_is_tight();
}

TEST_CASE("labels of any integer type mean the same", "[contrast]") {
  const auto z = random_embeddings<double>(6, 4, 10);
  const objective criterion{info_nce{.temperature = 0.2}, cosine{}};
  const std::vector<int> plain{3, 1, 3, 0, 1, 3};
  const double expected = value_of(criterion, label_targets{.labels = plain}, z);
  const std::vector<std::uint64_t> large{~0ULL, 5, ~0ULL, 1ULL << 63, 5, ~0ULL};
  const std::vector<std::int8_t> small{-128, 127, -128, 0, 127, -128};
  const std::vector<std::int64_t> far{INT64_MAX, INT64_MIN, INT64_MAX, 0, INT64_MIN, INT64_MAX};
  CHECK(value_of(criterion, label_targets{.labels = large}, z).value == expected);
  CHECK(value_of(criterion, label_targets{.labels = small}, z).value == expected);
  CHECK(value_of(criterion, label_targets{.labels = far}, z).value == expected);
}

TEST_CASE("candidates with labels of their own are all seen", "[contrast]") {
  const auto a = random_embeddings<double>(4, 3, 11), c = random_embeddings<double>(6, 3, 12);
  const std::vector<int> mine{0, 1, 2, 0}, theirs{0, 0, 1, 5, 2, 0};
  long double expected = 0;
  for (index_t i = 0; i < 4; ++i) {
    long double partition = 0, attraction = 0, positives = 0;
    for (index_t j = 0; j < 6; ++j) {
      long double x = 0;
      for (index_t k = 0; k < 3; ++k) x += static_cast<long double>(a(i, k)) * static_cast<long double>(c(j, k));
      partition += std::exp(x);
      if (mine[static_cast<std::size_t>(i)] == theirs[static_cast<std::size_t>(j)]) positives += 1, attraction += x;
    }
    expected += (std::log(partition) - attraction / positives) / 4;
  }
  const double value = value_of(serial{}, objective{info_nce{.temperature = 1}, dot_product{}},
                                label_targets{.labels = mine, .candidate_labels = theirs}, a, c);
  CHECK(error_of(value, expected) < 1e-14L);
}

TEST_CASE("supcon() makes unit rows, and with every sample a class of its own it is nt_xent()", "[contrast]") {
  auto z = random_embeddings<double>(12, 5, 13);
  for (index_t i = 0; i < z.rows(); ++i)
    for (index_t k = 0; k < z.width(); ++k) z(i, k) *= 0.5 + static_cast<double>(3 * i);
  const std::vector<int> labels{4, 1, 3, 0, 5, 2};
  const label_targets classes{.labels = labels, .views = 2};
  auto by_supcon = zeros_like(z), by_nt_xent = by_supcon;
  for_each_engine<double>([&](const auto& executor, const char* engine) {
    INFO(engine);
    const double value = value_and_grad(executor, supcon(0.2, 0), classes, z, by_supcon);
    CHECK(value == Approx(static_cast<double>(reference::nt_xent(converted<long double>(z), 0.2))).epsilon(1e-13));
    CHECK(value == Approx(value_and_grad(executor, nt_xent(0.2), view_targets{.samples = 6}, z, by_nt_xent).value));
    CHECK(largest_difference(by_supcon, by_nt_xent) < 1e-14L);
  });
}

TEST_CASE("of_unit_rows_as_given takes both sides as they are, with the objective's other choices", "[contrast]") {
  const auto z = random_embeddings<double>(8, 4, 14), other = random_embeddings<double>(8, 4, 15);
  const std::vector<double> weights{1, 0, 2, 1, 0.5, 1, 1, 3};
  const auto products = objective{info_nce{.temperature = 0.5}, dot_product{}};
  objective unit{info_nce{.temperature = 0.5}, cosine{}};
  unit.scale = 0.7, unit.reduce = reduction::weighted, unit.weights = view(weights);
  unit.direction = {.rows = 0.5, .columns = 2}, unit.without_positive = no_positive::error;
  auto same = products;
  same.scale = 0.7, same.reduce = reduction::weighted, same.weights = view(weights);
  same.direction = unit.direction;
  const auto given = of_unit_rows_as_given(unit);
  CHECK(value_of(serial{}, given, diagonal_targets{}, z, other).value ==
        value_of(serial{}, same, diagonal_targets{}, z, other).value);
  CHECK(given.without_positive == no_positive::error);
  CHECK(value_of(of_unit_rows_as_given(supcon(0.5, 0)), view_targets{.samples = 4}, z).value ==
        value_of(products, view_targets{.samples = 4}, z).value);
  const objective apart{info_nce{.temperature = 0.5}, negative_squared_distance{rows::unit, rows::unit}};
  CHECK(value_of(of_unit_rows_as_given(apart), view_targets{.samples = 4}, z).value ==
        value_of(objective{apart.loss, negative_squared_distance{}}, view_targets{.samples = 4}, z).value);
  const auto rows_of_length_1 = converted<double>(reference::unit(converted<long double>(z)));
  CHECK(value_of(of_unit_rows_as_given(supcon(0.5)), view_targets{.samples = 4}, rows_of_length_1).value ==
        Approx(value_of(supcon(0.5), view_targets{.samples = 4}, z).value).epsilon(1e-13));
}
