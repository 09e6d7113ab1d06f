// SPDX-License-Identifier: BSD-3-Clause
// The tiled engine against the plain one, over shapes around every tile, vector and register size.
#include "support/engines.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/all_losses.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t rows_to_try[] = {1, 2, 3, 95, 96, 97, 191, 193, 200, 997};
constexpr index_t candidates_to_try[] = {1, 3, 4, 5, 7, 8, 9, 191, 192, 193, 385};
constexpr index_t widths_to_try[] = {1, 3, 7, 8, 16, 17, 128, 129};

template <class T>
long double at_least_1(T size) {
  return std::max(1.0L, std::fabs(static_cast<long double>(size)));
}

/// Value and gradients of both engines, within what rounding explains; `logit` is the largest one in size.
template <class T, class Objective, class Targets>
void check_agreement(const Objective& criterion, const Targets& targets, const matrix<T>& a, const matrix<T>& c,
                     long double logit) {
  auto da = zeros_like(a), dc = zeros_like(c), ta = da, tc = dc;
  double dt = 0, tt = 0, db = 0, tb = 0;
  const auto plain = value_and_grad(serial{}, criterion, targets, a, c,
                                    {.anchors = da, .candidates = {dc}, .temperature = &dt, .bias = &db});
  const auto fast = value_and_grad(tiled{.threads = 1}, criterion, targets, a, c,
                                   {.anchors = ta, .candidates = {tc}, .temperature = &tt, .bias = &tb});
  const long double bound = 2 * rounding_bound<T>(c.rows() + 1, a.width(), logit);
  const long double size = std::max(largest_entry(da), largest_entry(dc));
  INFO(a.rows() << " anchors, " << c.rows() << " candidates of width " << a.width());
  CHECK(error_of(fast.value, static_cast<long double>(plain.value)) <= bound * at_least_1(plain.value));
  CHECK(fast.anchors_used == plain.anchors_used);
  CHECK(largest_difference(ta, da) <= bound * size);
  CHECK(largest_difference(tc, dc) <= bound * size);
  CHECK(error_of(tt, static_cast<long double>(dt)) <= bound * at_least_1(dt));
  CHECK(error_of(tb, static_cast<long double>(db)) <= bound);
}

}  // namespace

TEMPLATE_TEST_CASE("tiled agrees with serial for any number of rows", "[engine]", float, double) {
  random_numbers draw(1);
  for (const index_t number : rows_to_try) {
    const auto z = random_embeddings<TestType>(number, 8, draw);
    const auto labels = random_labels(number, 1 + number / 8, draw);
    check_agreement(objective{info_nce{.temperature = 0.2}, cosine{}}, label_targets{.labels = labels}, z, z, 5);
  }
}

TEMPLATE_TEST_CASE("tiled agrees with serial for any width", "[engine]", float, double) {
  random_numbers draw(2);
  for (const index_t width : widths_to_try) {
    const auto a = random_embeddings<TestType>(97, width, draw), c = random_embeddings<TestType>(193, width, draw);
    const auto mine = random_labels(97, 9, draw), theirs = random_labels(193, 9, draw);
    check_agreement(objective{info_nce{.temperature = 0.2}, cosine{}},
                    label_targets{.labels = mine, .candidate_labels = theirs}, a, c, 5);
  }
}

TEST_CASE("tiled agrees with serial for any number of candidates, of distances too", "[engine]") {
  random_numbers draw(3);
  for (const index_t number : candidates_to_try)
    for (const index_t anchors : {index_t{1}, index_t{97}}) {
      const auto a = random_embeddings<double>(anchors, 7, draw), c = random_embeddings<double>(number, 7, draw);
      const auto mine = random_labels(anchors, 4, draw), theirs = random_labels(number, 4, draw);
      check_agreement(objective{supcon_inside{.temperature = 2}, negative_squared_distance{}},
                      label_targets{.labels = mine, .candidate_labels = theirs}, a, c, 100);
    }
}

TEST_CASE("tiled agrees with serial where everything is dense", "[engine]") {
  random_numbers draw(4);
  for (const index_t number : {1, 5, 96, 193}) {
    const index_t anchors = 100;
    const auto a = random_embeddings<float>(anchors, 5, draw), c = random_embeddings<float>(number, 5, draw);
    matrix<double> target(anchors, number), weight(anchors, number, 1), scale(anchors, number), bias(anchors, number);
    std::vector<double> kappa;
    for (double& p : target.entries()) p = draw.chance(0.2) ? draw.uniform() : 0;
    for (double& s : scale.entries()) s = draw.uniform(0.5, 1);
    for (double& b : bias.entries()) b = draw.uniform(-1, 1);
    for (index_t i = 0; i < anchors; ++i) kappa.push_back(draw.uniform());
    const objective criterion{weighted_softmax{.kappa = kappa, .temperature = 0.5}, cosine{}, pair_logits(scale, bias)};
    matrix<float> da(anchors, 5), ds(anchors, number), db(anchors, number), dp(anchors, number);
    auto ta = da, ts = ds, tb = db, tp = dp;
    const matrix_targets targets(target, weight);
    const float plain = value_and_grad(serial{}, criterion, targets, a, c,
                                       {.anchors = da, .pair_scale = ds, .pair_bias = db, .targets = dp});
    const float fast = value_and_grad(tiled{.threads = 1}, criterion, targets, a, c,
                                      {.anchors = ta, .pair_scale = ts, .pair_bias = tb, .targets = tp});
    const long double bound = 2 * rounding_bound<float>(number + 1, 5, 4);
    INFO(number << " candidates");
    CHECK(error_of(fast, static_cast<long double>(plain)) <= bound * at_least_1(plain));
    CHECK(largest_difference(ta, da) <= bound * largest_entry(da));
    CHECK(largest_difference(ts, ds) <= bound * largest_entry(ds));
    CHECK(largest_difference(tb, db) <= bound * largest_entry(db));
    CHECK(largest_difference(tp, dp) <= bound * largest_entry(dp));
  }
}

TEST_CASE("tiled agrees with serial on own keys and several segments", "[engine]") {
  random_numbers draw(5);
  const index_t anchors = 98, width = 6;
  const auto query = random_embeddings<double>(anchors, width, draw),
             key = random_embeddings<double>(anchors, width, draw);
  const auto first = random_embeddings<double>(190, width, draw), second = random_embeddings<double>(7, width, draw);
  const objective criterion{info_nce{.temperature = 0.2}, cosine{}};
  matrix<double> results[2][4];
  double values[2] = {0, 0};
  for_each_engine<double>([&, engine = 0](const auto& executor, const char*) mutable {
    auto& [dq, dk, df, ds] = results[engine];
    dq = zeros_like(query), dk = zeros_like(key), df = zeros_like(first), ds = zeros_like(second);
    values[engine++] = value_and_grad(executor, criterion, queue_targets{}, query, candidates(own(key), first, second),
                                      {.anchors = dq, .candidates = {dk, df, ds}});
  });
  CHECK(values[1] == Approx(values[0]).epsilon(1e-13));
  for (int i = 0; i < 4; ++i) CHECK(largest_difference(results[1][i], results[0][i]) < 1e-13L);
}
