// SPDX-License-Identifier: BSD-3-Clause
#include "support/catch.hpp"

#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/recorded_draws.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace mixcon;

namespace {

const double nan_value = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("fold_max keeps the own sample dominant", "[mix]") {
  for (const double lambda : {0.0, 0.1, 0.5, 0.6, 1.0}) CHECK(fold_max(lambda) == std::max(lambda, 1 - lambda));
  for (const double bad : {nan_value, -0.1, 1.1})
    CHECK_THROWS_WITH(fold_max(bad), ContainsSubstring("fold_max: lambda is"));
}

TEST_CASE("rescale_poly is its polynomial, keeps 0, 1/2 and 1 exactly, rises, and is symmetric", "[mix]") {
  for (const double k : {0.0, 0.25, 1.0, 3.133, 1e6}) {
    double before = -1;
    for (int step = 0; step <= 100; ++step) {
      const double lambda = step / 100.0, scaled = rescale_poly(lambda, k);
      const double formula =
          (4.0 / 3 * std::pow(lambda, 3) - 2 * lambda * lambda + (k + 1) * lambda) / (k + 1 - 2.0 / 3);
      CHECK(scaled == Approx(formula).margin(1e-14));
      CHECK(scaled >= before);
      CHECK((scaled >= 0 && scaled <= 1));
      CHECK(scaled + rescale_poly(1 - lambda, k) == Approx(1).epsilon(1e-14));
      before = scaled;
    }
    for (const double fixed : {0.0, 0.5, 1.0}) CHECK(rescale_poly(fixed, k) == fixed);
  }
  CHECK(rescale_poly(0.3, -1) == 0.3);
  CHECK_THROWS_WITH(rescale_poly(0.3, nan_value), ContainsSubstring("k is NaN"));
}

TEST_CASE("two_hot_adjust is 1 from the threshold on, 0 at 0, and its curve between", "[mix]") {
  for (const double lambda : {0.01, 0.2, 0.35, 0.59}) {
    CHECK(two_hot_adjust(lambda, two_hot_curve::power, 0.6, -2) == Approx(std::pow(lambda / 0.6, 2)).epsilon(1e-13));
    const double s = 3, b = std::pow(s, -2 * 0.6);
    CHECK(two_hot_adjust(lambda, two_hot_curve::exponential, 0.6, -s) ==
          Approx((std::pow(s, 2 * lambda - 2 * 0.6) - b) / (1 - b)).epsilon(1e-13));
  }
  for (const two_hot_curve curve : {two_hot_curve::power, two_hot_curve::exponential}) {
    CHECK(two_hot_adjust(0.6, curve, 0.6, 2) == 1);
    CHECK(two_hot_adjust(0, curve, 0.6, 2) == 0);
  }
  CHECK(two_hot_adjust(0.3, two_hot_curve::power, 0.6, 0) == 1);
  for (const double index : {0.0, 1.0, -1.0})
    CHECK_THROWS_WITH(two_hot_adjust(0.3, two_hot_curve::exponential, 0.6, index), ContainsSubstring("0 / 0"));
  CHECK_THROWS_WITH(two_hot_adjust(0.3, two_hot_curve::power, 0, 1), ContainsSubstring("the threshold is 0"));
}

TEST_CASE("samplers draw by their rule", "[mix]") {
  const philox_draws draws{.seed = 11};
  double sum = 0;
  for (index_t i = 0; i < 4000; ++i) {
    CHECK(fixed_lambda{.value = 0.3}(draws, i) == 0.3);
    const double plain = beta_lambda{.alpha = 2, .beta = 6}(draws, i);
    sum += plain;
    CHECK(folded<beta_lambda>{{.alpha = 2, .beta = 6}}(draws, i) == fold_max(plain));
    CHECK(rescaled<beta_lambda>{{.alpha = 2, .beta = 6}, 0.5}(draws, i) == rescale_poly(plain, 0.5));
    const double ranged = uniform_lambda{.low = 0.1, .high = 0.8}(draws, i);
    CHECK((ranged >= 0.1 && ranged < 0.8));
    const double inside = truncated<beta_lambda>{{.alpha = 0.3}, 0.4, 0.6}(draws, i);
    CHECK((inside >= 0.4 && inside <= 0.6));
  }
  CHECK(sum / 4000 == Approx(0.25).margin(0.01));  // mean of Beta(2, 6)
  CHECK(beta_lambda{.alpha = 3}.beta == 3);
}

TEST_CASE("truncated draws again until inside, and clips the last draw when nothing is", "[mix]") {
  recorded_draws draws;
  draws.record("lambda", {0.9});
  draws.record(field("lambda").on_try(1), {0.55});
  CHECK(truncated<beta_lambda>{.drawn = {}, .low = 0.4, .high = 0.6, .max_tries = 2}(draws, 0) == 0.55);
  CHECK(truncated<beta_lambda>{.drawn = {}, .low = 0.4, .high = 0.6, .max_tries = 1}(draws, 0) == 0.6);
  CHECK(truncated<beta_lambda>{.drawn = {}, .low = 0.6, .high = 0.7, .max_tries = 2}(draws, 0) == 0.6);
  CHECK_THROWS_WITH((truncated<beta_lambda>{.drawn = {}, .low = 0.6, .high = 0.4}(draws, 0)),
                    ContainsSubstring("0 <= low <= high <= 1"));
}

TEST_CASE("alpha = 0 switches a sampler off, wrapped or not; other bad parameters are refused", "[mix]") {
  const philox_draws draws;
  CHECK(is_off(beta_lambda{.alpha = 0}));
  CHECK(is_off(folded<truncated<beta_lambda>>{{.drawn = {.alpha = 0}}}));
  CHECK_FALSE(is_off(beta_lambda{}));
  CHECK_FALSE(is_off(fixed_lambda{}));
  CHECK(beta_lambda{.alpha = 0}(draws, 0) == 1);
  for (const double bad : {-1.0, nan_value, std::numeric_limits<double>::infinity()})
    CHECK_THROWS_WITH(beta_lambda{.alpha = bad}(draws, 0), ContainsSubstring("beta_lambda: alpha is"));
  CHECK_THROWS_WITH((beta_lambda{.alpha = 1, .beta = 0}(draws, 0)), ContainsSubstring("beta_lambda: beta is 0"));
  CHECK_THROWS_WITH(fixed_lambda{.value = nan_value}(draws, 0), ContainsSubstring("fixed_lambda: lambda is nan"));
  CHECK_THROWS_WITH((uniform_lambda{.low = 0.5, .high = 0.4}(draws, 0)), ContainsSubstring("uniform_lambda"));
}

TEST_CASE("Dirichlet weights sum to 1 and leave the own sample its floor", "[mix]") {
  const philox_draws draws{.seed = 4};
  for (index_t i = 0; i < 200; ++i) {
    std::vector<double> weights(4);
    dirichlet_weights{.concentration = 0.7, .floor = 0.4}(draws, i, weights);
    double sum = 0;
    for (const double weight : weights) {
      CHECK(weight >= 0);
      sum += weight;
    }
    CHECK(sum == Approx(1).epsilon(1e-12));
    CHECK(weights[0] >= 0.4);
  }
  std::vector<double> weights(2);
  CHECK_THROWS_WITH(dirichlet_weights{.concentration = 0}(draws, 0, weights), ContainsSubstring("concentration"));
  CHECK_THROWS_WITH(dirichlet_weights{.floor = 1.5}(draws, 0, weights), ContainsSubstring("raise_own_weight"));
}
