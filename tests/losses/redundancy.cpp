// SPDX-License-Identifier: BSD-3-Clause
// Barlow Twins and VICReg: what is special to each. Values and gradients are the case table's.
#include "support/agreement.hpp"
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/barlow_twins.hpp>
#include <mixcon/losses/vicreg.hpp>

using namespace mixcon;
using namespace mixcon_test;

TEST_CASE("barlow_twins as its page calls it, and the same with the views exchanged", "[contrast]") {
  const auto z1 = random_embeddings<double>(9, 4, 61), z2 = random_embeddings<double>(9, 4, 62);
  auto by_z1 = zeros_like(z1), by_z2 = zeros_like(z2), swapped1 = by_z1, swapped2 = by_z2;
  const barlow_twins twins{.redundancy = 5e-3, .scale = 1};
  const double loss = value_and_grad(tiled{}, twins, z1, z2, {.first = by_z1, .second = by_z2});
  CHECK(loss == Approx(value_and_grad(tiled{}, twins, z2, z1, {.first = swapped2, .second = swapped1})));
  CHECK(largest_difference(by_z1, swapped1) < 1e-14L);
  const double solo = value_and_grad(tiled{}, barlow_twins{.scale = 0.025}, z1, z2, {.first = swapped1});
  CHECK(solo == Approx(0.025 * loss).epsilon(1e-14));
  CHECK(forward(tiled{}, twins, z1, z2) == loss);
}

TEST_CASE("barlow_twins sees neither shift nor, but for epsilon, scale of a feature", "[contrast]") {
  auto z1 = random_embeddings<double>(9, 4, 63), z2 = random_embeddings<double>(9, 4, 64);
  const barlow_twins twins{.redundancy = 0.1, .epsilon = 1e-12};
  const double loss = forward(serial{}, twins, z1, z2);
  for (index_t i = 0; i < 9; ++i) z1(i, 2) = 5 * z1(i, 2) + 3;
  CHECK(forward(serial{}, twins, z1, z2) == Approx(loss).epsilon(1e-9));
}

TEST_CASE("backward adds what value_and_grad sets", "[contrast]") {
  const auto z1 = random_embeddings<double>(5, 7, 65), z2 = random_embeddings<double>(5, 7, 66);
  auto set = zeros_like(z1), added = z1;
  value_and_grad(serial{}, vicreg{}, z1, z2, {.first = set});
  backward(serial{}, vicreg{}, z1, z2, 2, {.first = added});
  for (std::size_t k = 0; k < set.entries().size(); ++k)
    CHECK(added.entries()[k] == Approx(z1.entries()[k] + 2 * set.entries()[k]).epsilon(1e-13));
}

TEST_CASE("vicreg as its page calls it; its two conventions differ in the variance term alone", "[contrast]") {
  const auto z1 = random_embeddings<double>(9, 4, 67), z2 = random_embeddings<double>(9, 4, 68);
  auto by_z1 = zeros_like(z1), by_z2 = zeros_like(z2);
  const vicreg regularised{.invariance = 25, .variance = 25, .covariance = 1, .halves_variance = true};
  const double loss = value_and_grad(tiled{}, regularised, z1, z2, {.first = by_z1, .second = by_z2});
  const double variance = forward(serial{}, vicreg{.invariance = 0, .covariance = 0}, z1, z2);
  CHECK(forward(serial{}, vicreg{.halves_variance = false}, z1, z2) == Approx(loss + variance).epsilon(1e-13));
  CHECK(forward(serial{}, vicreg{}, z2, z1) == Approx(loss).epsilon(1e-14));
}

TEST_CASE("the covariance of vicreg is the same by features and by samples", "[contrast]") {
  // two features more that are 0 make D > N, and change nothing but the share of each feature
  const auto z = random_embeddings<double>(5, 4, 69);
  matrix<double> wide(5, 6);
  for (index_t i = 0; i < 5; ++i)
    for (index_t k = 0; k < 4; ++k) wide(i, k) = z(i, k);
  auto by_z = zeros_like(z), by_wide = zeros_like(wide);
  const vicreg shared{.invariance = 0, .variance = 0, .covariance = 1};
  const double narrow = value_and_grad(serial{}, shared, z, z, {.first = by_z, .stop_gradient = true});
  const double padded = value_and_grad(serial{}, shared, wide, wide, {.first = by_wide, .stop_gradient = true});
  CHECK(narrow * 4 / 6 == Approx(padded).epsilon(1e-13));
  for (index_t i = 0; i < 5; ++i)
    for (index_t k = 0; k < 4; ++k) CHECK(by_wide(i, k) == Approx(by_z(i, k) * 4 / 6).margin(1e-14));
}

TEST_CASE("losses of second moments refuse one sample, and views of two shapes", "[contrast]") {
  const matrix<double> one(1, 4, 1.0), two(2, 4, 1.0);
  CHECK_THROWS_WITH(forward(serial{}, barlow_twins{}, one, one), ContainsSubstring("barlow_twins: 1 sample"));
  CHECK_THROWS_WITH(forward(serial{}, vicreg{}, one, one), ContainsSubstring("vicreg: 1 sample"));
  CHECK_THROWS_WITH(forward(serial{}, vicreg{}, one, two),
                    ContainsSubstring("forward: vicreg of rows (1, 4) and (2, 4)"));
}
