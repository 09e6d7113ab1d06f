// SPDX-License-Identifier: BSD-3-Clause
// The fast engine on each rank, rows of several tiles, and extreme logits; ranks are threads (thread_ranks).
#include "ranks/rank_case.hpp"
#include "support/catch.hpp"

#include <mixcon/engine/tiled.hpp>
#include <mixcon/losses/info_nce.hpp>

#include <cmath>
#include <limits>

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
  const std::vector<index_t> shares[] = {{220, 0, 211}, {215, 216}, {100, 1, 230, 100}};
  for (const auto& sizes : shares) {
    ranks_answer<TestType> answers[3];
    const auto call = [&](exchange_form form, int threads) {
      return on_ranks<TestType>(sizes, z, [&](const auto& me, index_t first, const auto& mine, auto& by, double& s) {
        const auto own_labels = part_of(labels, first, mine.rows());
        return value_and_grad(mixcon::ranks{me, tiled{.threads = threads}, form}, criterion,
                              label_targets{.labels = own_labels}, mine, {.embeddings = by, .temperature = &s});
      });
    };
    answers[0] = call(exchange_form::ring, 1), answers[1] = call(exchange_form::gathered, 1);
    answers[2] = call(exchange_form::ring, 2);
    INFO(sizes.size() << " ranks");
    CHECK(error_of(answers[0].values[0], static_cast<long double>(one.value)) <= bound * 10);
    CHECK(error_of(answers[0].slopes[1], static_cast<long double>(slope)) <= bound * 100);
    CHECK(largest_difference(answers[0].by_rows, expected) <= bound * largest_entry(expected));
    CHECK(answers[0] == answers[1]);
    CHECK(answers[0] == answers[2]);
  }
}

TEST_CASE("Gradients by anchors alone, and rows that are not finite, are those of one process", "[ranks]") {
  random_numbers draw(12);
  const index_t number = 40, width = 6;
  auto z = random_embeddings<double>(number, width, draw);
  const auto labels = random_labels(number, 4, draw);
  const objective criterion{info_nce{.temperature = 0.2}, cosine{}};
  for (const bool has_nan : {false, true}) {
    if (has_nan) z(25, 3) = std::numeric_limits<double>::quiet_NaN();
    auto by_anchors = zeros_like(z), by_both = zeros_like(z);
    const label_targets all{.labels = labels};
    saved_for<decltype(criterion), matrix<double>> saved;
    forward(tiled{.threads = 1}, criterion, all, z, z, saved);
    backward(tiled{.threads = 1}, criterion, all, z, z, saved, 3, {.anchors = by_anchors, .stop_gradient = true});
    backward(tiled{.threads = 1}, criterion, all, z, z, saved, 3, {.anchors = by_both, .candidates = {by_both}});
    for (const bool both : {false, true}) {
      const auto got =
          on_ranks<double>({11, 9, 8, 12}, z, [&](const auto& me, index_t first, const auto& mine, auto& by, double&) {
            const auto own_labels = part_of(labels, first, mine.rows());
            const label_targets own{.labels = own_labels};
            const mixcon::ranks on{me, tiled{.threads = 1}};
            saved_for<decltype(criterion), matrix<double>> left;
            const auto result = forward(on, criterion, own, mine, mine, left);
            by = zeros_like(mine);
            if (both)
              backward(on, criterion, own, mine, mine, left, 3, {.anchors = by, .candidates = {by}});
            else
              backward(on, criterion, own, mine, mine, left, 3, {.anchors = by, .stop_gradient = true});
            return result;
          });
      const auto& expected = both ? by_both : by_anchors;
      bool is_same = true;
      for (index_t i = 0; i < number; ++i)
        for (index_t k = 0; k < width; ++k)
          is_same = is_same && (std::isnan(expected(i, k)) ? std::isnan(got.by_rows(i, k))
                                                           : std::fabs(expected(i, k) - got.by_rows(i, k)) < 1e-12);
      INFO((has_nan ? "a NaN, " : "finite, ") << (both ? "both" : "anchors alone"));
      CHECK(is_same);
    }
  }
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
