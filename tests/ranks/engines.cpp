// SPDX-License-Identifier: BSD-3-Clause
// The fast engine on each rank, rows of several tiles, and extreme logits; ranks are threads (thread_ranks).
#include "ranks/rank_case.hpp"
#include "support/catch.hpp"

#include <mixcon/engine/tiled.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;
using namespace mixcon_test;

TEMPLATE_TEST_CASE("The fast engine on each rank has the loss of one process, in either form", "[ranks]", float,
                   double) {
  random_numbers draw(9);
  const index_t number = 431, width = 20;
  const auto z = random_embeddings<TestType>(number, width, draw);
  const auto labels = random_labels(number, 50, draw);
  const objective criterion{info_nce{.temperature = 0.07}, cosine{}};
  auto expected = zeros_like(z);
  double slope = 0;
  const auto one = value_and_grad(tiled{.threads = 1}, criterion, label_targets{.labels = labels}, z,
                                  {.embeddings = expected, .temperature = &slope});
  const long double bound = apart<TestType>(number, width, 1 / 0.07L);
  ranks_answer<TestType> answers[2];
  for (const auto form : {exchange_form::ring, exchange_form::gathered}) {
    auto& got = answers[form == exchange_form::ring ? 0 : 1];
    got =
        on_ranks<TestType>({220, 0, 211}, z, [&](const auto& me, index_t first, const auto& mine, auto& by, double& s) {
          const auto own_labels = part_of(labels, first, mine.rows());
          return value_and_grad(mixcon::ranks{me, tiled{.threads = 1}, form}, criterion,
                                label_targets{.labels = own_labels}, mine, {.embeddings = by, .temperature = &s});
        });
    CHECK(error_of(got.values[0], static_cast<long double>(one.value)) <= bound * 10);
    CHECK(error_of(got.slopes[1], static_cast<long double>(slope)) <= bound * 100);
    CHECK(largest_difference(got.by_rows, expected) <= bound * largest_entry(expected));
  }
  CHECK(answers[0] == answers[1]);
}

TEST_CASE("Values and gradients are finite at a logit scale of 100 and beyond", "[ranks]") {
  random_numbers draw(10);
  const auto z = random_embeddings<float>(24, 6, draw);
  std::vector<int> labels;
  for (int i = 0; i < 24; ++i) labels.push_back(i % 5);
  for (const double scale : {100.0, 10000.0}) {
    const auto got =
        on_ranks<float>({9, 15}, z, [&](const auto& me, index_t first, const auto& mine, auto& by, double&) {
          objective criterion{info_nce{.temperature = 1}, dot_product{}};
          criterion.scale = scale;
          const auto own_labels = part_of(labels, first, mine.rows());
          return value_and_grad(mixcon::ranks{me, serial{}}, criterion, label_targets{.labels = own_labels}, mine, by);
        });
    CHECK(std::isfinite(got.values[0]));
    CHECK(std::isfinite(static_cast<double>(largest_difference(got.by_rows, zeros_like(z)))));
  }
}
