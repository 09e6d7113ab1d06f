// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/negatives/drawn/distance_weighted.hpp>
#include <mixcon/negatives/drawn/semi_hard.hpp>
#include <mixcon/negatives/memory/instance_bank.hpp>
#include <mixcon/negatives/search/false_negatives.hpp>
#include <mixcon/negatives/synthetic/own_rows.hpp>

#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/mixcon.hpp>

#include <limits>

using namespace mixcon;
using namespace mixcon_test;

namespace {
const objective criterion{info_nce{.temperature = 0.3}, cosine{}};
}  // namespace

TEST_CASE("A semi-hard negative lies in the open band behind the positive, the closest or any", "[negatives]") {
  const matrix<double> z(1, 1, 0.0), positive(1, 1, 1.0);
  matrix<double> keys(6, 1);
  const double at[] = {0.5, 1.0, 1.5, 1.1, 2.0, 5.0};
  for (index_t j = 0; j < 6; ++j) keys(j, 0) = at[j];
  const std::vector<index_t> id{0};
  auto chosen = [&](const semi_hard& choose, std::uint64_t seed) {
    return choose(tiled{}, z, positive, keys, id, philox_draws{.seed = seed}).key[0];
  };
  CHECK(chosen({.margin = 1}, 0) == 3);
  bool seen[6] = {};
  for (std::uint64_t seed = 0; seed < 30; ++seed)
    seen[chosen({.margin = 1, .choice = band_choice::random}, seed)] = true;
  CHECK((!seen[0] && !seen[1] && seen[2] && seen[3] && !seen[4] && !seen[5]));
  CHECK(chosen({.margin = 0.05}, 0) == 5);
  CHECK(chosen({.margin = 0.05, .fallback = band_fallback::drop}, 0) == negative_list::none);
  CHECK_THROWS_WITH(chosen({.margin = -1}, 0), ContainsSubstring("margin is -1"));
}

TEST_CASE("Semi-hard negatives and the nearest keys are the same for rows far off, huge or tiny", "[negatives]") {
  auto z = random_embeddings<float>(30, 5, 11), keys = random_embeddings<float>(211, 5, 12);
  const auto rounded = [](matrix<float>& rows) {
    for (float& x : rows.entries()) x = std::round(x * 64) / 64;  // moved without rounding
  };
  rounded(z), rounded(keys);
  std::vector<index_t> ids(30, 0);
  const auto chosen = [&](auto&& move, double margin, const auto& check) {
    auto a = z, c = keys;
    for (float& x : a.entries()) x = move(x);
    for (float& x : c.entries()) x = move(x);
    const philox_draws draws{.seed = 3};
    check(semi_hard{.margin = margin}(tiled{}, a, a, c, ids, draws), top_k{.k = 9}(serial{}, negative_distance{}, a, c),
          top_k{.k = 9}(tiled{}, negative_distance{}, a, c));
  };
  const auto home = [](float x) { return x; };
  chosen(home, 1, [&](const negative_list& bands, const auto& nearest, const auto&) {
    const auto compare = [&](const negative_list& moved, const auto& by_serial, const auto& by_tiled) {
      CHECK(moved == bands);
      CHECK(by_serial.list == nearest.list);
      CHECK(by_tiled.list == nearest.list);
      CHECK(by_tiled.score == by_serial.score);
    };
    chosen([](float x) { return x + 4096; }, 1, compare);
    chosen([](float x) { return x * 0x1p70F; }, 0x1p70, compare);
    chosen([](float x) { return x * 0x1p-100F; }, 0x1p-100, compare);
  });
}

TEST_CASE("Distance-weighted draws tell near distances apart", "[negatives]") {
  const index_t anchors = 4000;
  matrix<float> z(anchors, 3), keys(2, 3);
  std::vector<index_t> ids;
  for (index_t a = 0; a < anchors; ++a) z(a, 0) = 1, ids.push_back(a);
  keys(0, 0) = 1, keys(0, 1) = 1e-4F, keys(1, 0) = 1, keys(1, 1) = 2e-4F;  // weights in D = 3: 1 / d
  const auto list = distance_weighted{.least = 1e-6}(tiled{}, z, keys, ids, philox_draws{.seed = 4});
  double nearer = 0;
  for (const auto key : list.key) nearer += key == 0 ? 1 : 0;
  CHECK(nearer / static_cast<double>(anchors) == Approx(2.0 / 3).margin(0.03));
}

TEST_CASE("Distance-weighted draws follow one over the density of distances", "[negatives]") {
  const index_t anchors = 20000;
  const double cosines[] = {0.95, 0.6, 0.3, -0.5};  // distances 0.316 (counts as 0.5), 0.894, 1.183, 1.73 (too far)
  matrix<double> z(anchors, 4), keys(4, 4);
  std::vector<index_t> ids;
  for (index_t a = 0; a < anchors; ++a) z(a, 0) = 3, ids.push_back(a);
  double weights[4], sum = 0;
  for (index_t j = 0; j < 4; ++j) {
    keys(j, 0) = cosines[j], keys(j, 1) = std::sqrt(1 - cosines[j] * cosines[j]);
    const double d = std::max(0.5, std::sqrt(2 - 2 * cosines[j]));
    weights[j] = j == 3 ? 0 : 1 / (d * d * std::sqrt(1 - d * d / 4));  // D = 4
    sum += weights[j];
  }
  double seen[4] = {};
  const auto list = distance_weighted{}(tiled{}, z, keys, ids, philox_draws{.seed = 4});
  for (const auto key : list.key) seen[key] += 1;
  CHECK(seen[3] == 0);
  double chi_square = 0;
  for (int j = 0; j < 3; ++j) {
    const double expected = weights[j] / sum * static_cast<double>(anchors);
    chi_square += (seen[j] - expected) * (seen[j] - expected) / expected;
  }
  CHECK(chi_square < 13.8);  // 2 degrees of freedom, one in a thousand
  const std::vector<index_t> one_id{0};
  CHECK_THROWS_WITH(
      (distance_weighted{}(serial{}, matrix<double>(1, 2, 1.0), matrix<double>(1, 2, 1.0), one_id, philox_draws{})),
      ContainsSubstring("width of at least 3"));
}

TEST_CASE("False negatives are found by support views, and leave the denominator or attract", "[negatives]") {
  const index_t anchors = 5, keys = 12, width = 4;
  const auto z = random_embeddings<double>(anchors, width, 1), positives = random_embeddings<double>(anchors, width, 2);
  const auto others = random_embeddings<double>(keys, width, 3);
  rows_of_anchors<double> support{anchors, 2, width};
  random_numbers draw(4);
  for (double& x : support.numbers) x = draw.normal();
  auto cosine_of = [&](auto&& x, auto&& y) {
    double dot = 0, xx = 0, yy = 0;
    for (index_t k = 0; k < width; ++k) dot += x(k) * y(k), xx += x(k) * x(k), yy += y(k) * y(k);
    return dot / std::sqrt(xx * yy);
  };
  const auto views = support.view();
  const auto suspected = false_negatives{.most = keys, .threshold = 0.4}(tiled{}, cosine{}, views, others);
  double eliminated = 0, attracted = 0;
  for (index_t a = 0; a < anchors; ++a) {
    auto anchor = [&](index_t k) { return z(a, k); };
    const double own_logit = cosine_of(anchor, [&](index_t k) { return positives(a, k); }) / 0.3;
    double negatives = 0, suspects = 0, logits = own_logit;
    index_t found = 0;
    for (index_t j = 0; j < keys; ++j) {
      auto key = [&](index_t k) { return others(j, k); };
      const double score = std::max(cosine_of([&](index_t k) { return support.row(a, 0)[k]; }, key),
                                    cosine_of([&](index_t k) { return support.row(a, 1)[k]; }, key));
      const double logit = cosine_of(anchor, key) / 0.3;
      if (score >= 0.4)
        suspects += std::exp(logit), logits += logit, ++found;
      else
        negatives += std::exp(logit);
    }
    CHECK(suspected.filled(a) == found);
    eliminated += (std::log(negatives + std::exp(own_logit)) - own_logit) / anchors;
    attracted +=
        (std::log(negatives + suspects + std::exp(own_logit)) - logits / static_cast<double>(1 + found)) / anchors;
  }
  matrix<double> by_z(anchors, width);
  auto value = [&](const auto& targets) {
    return value_and_grad(tiled{}, criterion, targets, z, candidates(own(positives), others), {.anchors = by_z}).value;
  };
  CHECK(value(false_negative_targets{&suspected}) == Approx(eliminated).epsilon(1e-12));
  CHECK(value(false_negative_targets{&suspected, false_negative::attract}) == Approx(attracted).epsilon(1e-12));
  const auto none = false_negatives{.threshold = 1.1}(tiled{}, cosine{}, views, others);
  CHECK(value(false_negative_targets{&none}) == Approx(value(queue_targets{})).epsilon(1e-14));
  CHECK_THROWS_WITH(
      (false_negatives{.most = keys, .threshold = -1, .least_negatives = 1}(serial{}, cosine{}, views, others)),
      ContainsSubstring("would keep 0 negatives"));
}

TEST_CASE("A bank moves the rows it is told to, and those alone", "[negatives]") {
  instance_bank<float> bank(4, 2, 0.5);
  matrix<float> z(2, 2);
  z(0, 0) = 1, z(1, 1) = 1;
  const std::vector<index_t> first{2, 0}, second{2}, twice{1, 1};
  bank.update(z, first);
  CHECK(bank.rows == std::vector<float>{0, 1, 0, 0, 1, 0, 0, 0});
  matrix<float> y(1, 2);
  y(0, 1) = 1;
  bank.update(y, second);
  const float half_way = static_cast<float>(std::sqrt(0.5));
  CHECK(bank.rows == std::vector<float>{0, 1, 0, 0, half_way, half_way, 0, 0});
  const auto before = bank.rows;
  CHECK_THROWS_WITH(bank.update(z, twice), ContainsSubstring("comes twice"));
  z(1, 0) = std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH(bank.update(z, first), ContainsSubstring("squared length"));
  CHECK(bank.rows == before);
  CHECK_THROWS_WITH((instance_bank<float>(4, 2, 1.0)), ContainsSubstring("momentum is 1"));
}
