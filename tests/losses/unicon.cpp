// SPDX-License-Identifier: BSD-3-Clause
// UniCon in both of its roles against the definitions.
#include "support/engines.hpp"
#include "support/reference.hpp"

#include <mixcon/losses/unicon.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

struct unicon_case {
  index_t samples, width;
  double temperature;
  std::vector<int> labels;

  explicit unicon_case(random_numbers& draw)
      : samples(draw.between(2, 10)),
        width(draw.between(1, 16)),
        temperature(draw.uniform(0.1, 1.5)),
        labels(random_labels(samples, 4, draw)) {}
};

}  // namespace

TEMPLATE_TEST_CASE("universum rows as the only candidates: the published code of UniCon", "[contrast]", float, double) {
  value_check<TestType> agrees("unicon");
  random_numbers draw(21);
  for (int i = 0; i < 60; ++i) {
    const unicon_case c(draw);
    const bool first_view = draw.chance(0.3);
    auto z = random_embeddings<TestType>(2 * c.samples, c.width, draw);
    const auto u = random_embeddings<TestType>(2 * c.samples, c.width, draw);
    if (first_view) z = rows_of(z, 0, c.samples);
    const auto s = reference::products(converted<long double>(z), converted<long double>(u));
    const long double factor = reference::wide(c.temperature) / reference::wide(0.1);
    const objective criterion{info_nce{.temperature = c.temperature, .base_temperature = 0.1}, dot_product{}};
    agrees(criterion, unicon_targets(c.labels), z, u, 2 * c.samples, c.width,
           largest_entry(s) / reference::wide(c.temperature), factor * reference::unicon(s, c.labels, c.temperature));
  }
  agrees.bound_is_tight();
}

TEMPLATE_TEST_CASE("universum rows as negatives, beside real ones or instead of them", "[contrast]", float, double) {
  value_check<TestType> agrees("unicon_negatives");
  random_numbers draw(22);
  for (int i = 0; i < 60; ++i) {
    const unicon_case c(draw);
    const bool real_negatives = draw.chance(0.5);
    const auto z = random_embeddings<TestType>(2 * c.samples, c.width, draw);
    const auto u = random_embeddings<TestType>(2 * c.samples, c.width, draw);
    const auto wide = reference::unit(converted<long double>(z));
    const long double expected = reference::unicon_negatives(
        reference::products(wide, wide), reference::products(wide, reference::unit(converted<long double>(u))),
        c.labels, c.temperature, real_negatives);
    const auto targets =
        unicon_negative_targets(c.labels, 2, real_negatives ? visibility::visible : visibility::hidden);
    agrees(objective{info_nce{.temperature = c.temperature}, cosine{}}, targets, z, candidates(z, u), 4 * c.samples,
           c.width, 1 / reference::wide(c.temperature), expected);
  }
  agrees.bound_is_tight();
}

TEST_CASE("UniCon with the rows themselves as universum has the value of SupCon", "[contrast]") {
  const auto z = random_embeddings<double>(12, 5, 23);
  const std::vector<int> labels{0, 1, 0, 2, 1, 1};
  const objective criterion{info_nce{.temperature = 0.4}, dot_product{}};
  const auto copy = z;
  CHECK(value_of(serial{}, criterion, unicon_targets(labels), z, copy).value ==
        value_of(criterion, label_targets{.labels = labels, .views = 2}, z).value);
}

TEST_CASE("no universum row is masked where they are negatives, and the anchor's own is where they are all",
          "[contrast]") {
  const std::vector<int> labels{0, 1};
  const pair_space alone{4, 4, 0, {4}}, beside{4, 8, 0, {4, 4}};
  const auto only = unicon_targets(labels).bind(alone);
  const auto both = unicon_negative_targets(labels).bind(beside);
  for (index_t a = 0; a < 4; ++a) {
    CHECK(only.rule().at<double>(a, a).weight == 0);
    CHECK(both.rule().at<double>(a, a).weight == 0);
    CHECK(both.rule().at<double>(a, 4 + a).weight == 1);
    CHECK_FALSE(both.rule().at<double>(a, 4 + a).positive);
  }
}
