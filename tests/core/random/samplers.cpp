// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/core/random/samplers.hpp>

#include <mixcon/core/random/philox.hpp>

#include "core/random/drawn.hpp"
#include "portability/hash_of_draws.hpp"
#include "support/catch.hpp"
#include "support/distributions.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace mixcon;
using namespace mixcon_test;

namespace {

const double infinity = std::numeric_limits<double>::infinity(),
             not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("uniform is uniform, reaches 0 and stays below 1", "[random]") {
  CHECK(kolmogorov_smirnov(draws(100000, [](auto& s) { return uniform(s); }), [](double x) { return x; }) > 1e-3);
  given_bits extremes{{0, ~std::uint64_t{0}, std::uint64_t{1} << 11}};
  CHECK(uniform(extremes) == 0);
  CHECK(uniform(extremes) == 1 - 0x1p-53);
  CHECK(uniform(extremes) == 0x1p-53);
}

TEST_CASE("uniform_integer draws every number equally often", "[random]") {
  for (const index_t n : {2, 3, 7, 10, 64, 1000}) {
    philox_stream stream(5, 0, 0, n);
    std::vector<int> counts(static_cast<std::size_t>(n), 0);
    for (int draw = 0; draw < 100000; ++draw) ++counts.at(static_cast<std::size_t>(uniform_integer(stream, n)));
    CHECK(chi_square(counts) > 1e-3);
  }
}

TEST_CASE("uniform_integer has no bias where 2^64 is only a few times n", "[random]") {
  // without refusals the numbers 0 and 1 modulo 3 of 0 .. 3 * 2^61 - 1 come from three fractions and 2 from two
  philox_stream stream(6, 0, 0, 0);
  const index_t n = index_t{3} << 61;
  std::vector<int> remainder(3, 0), third(3, 0);
  for (int draw = 0; draw < 30000; ++draw) {
    const index_t number = uniform_integer(stream, n);
    REQUIRE(number >= 0);
    ++remainder.at(static_cast<std::size_t>(number % 3));
    ++third.at(static_cast<std::size_t>(number >> 61));
  }
  CHECK(chi_square(remainder) > 1e-3);
  CHECK(chi_square(third) > 1e-3);
}

TEST_CASE("uniform_integer refuses the fraction that would make a number too likely", "[random]") {
  given_bits one_left_over{{0, ~std::uint64_t{0}}};  // 2^64 mod 3 = 1
  CHECK(uniform_integer(one_left_over, 3) == 2);
  CHECK(one_left_over.left.empty());
  given_bits none_left_over{{0}};  // 2^64 mod 4 = 0
  CHECK(uniform_integer(none_left_over, 4) == 0);
}

TEST_CASE("the only integer below 1 is 0, and the largest n is fine", "[random]") {
  philox_stream stream(1, 0, 0, 0);
  for (int draw = 0; draw < 100; ++draw) CHECK(uniform_integer(stream, 1) == 0);
  for (int draw = 0; draw < 100; ++draw) CHECK(uniform_integer(stream, std::numeric_limits<index_t>::max()) >= 0);
}

TEST_CASE("gamma has its distribution, below shape 1 and above", "[random]") {
  for (const double shape : {0.1, 0.5, 1.0, 1.5, 3.0, 50.0}) {
    const auto list = draws(50000, [=](auto& s) { return gamma(s, shape); });
    CHECK(kolmogorov_smirnov(list, [=](double x) { return gamma_distribution(shape, std::log(x)); }) > 1e-3);
    const auto seen = moments_of(list);
    CHECK(seen.mean == Approx(shape).margin(5 * std::sqrt(shape / 50000)));
    CHECK(seen.variance == Approx(shape).margin(5 * std::sqrt((2 * shape * shape + 6 * shape) / 50000)));
  }
}

TEST_CASE("log_gamma_draw has draws that no double can hold", "[random]") {
  for (const double shape : {1e-3, 1e-2, 0.3}) {
    const auto list = draws(50000, [=](auto& s) { return log_gamma_draw(s, shape); });
    CHECK(kolmogorov_smirnov(list, [=](double log_x) { return gamma_distribution(shape, log_x); }) > 1e-3);
  }
  const auto tiny = draws(1000, [=](auto& s) { return log_gamma_draw(s, 1e-3); });
  CHECK(*std::min_element(tiny.begin(), tiny.end()) < -5000);
}

TEST_CASE("gamma is the exponential of log_gamma_draw", "[random]") {
  philox_stream one(1, 2, 3, 4), two(1, 2, 3, 4);
  for (int draw = 0; draw < 100; ++draw) CHECK(gamma(one, 0.5) == portable::exp(log_gamma_draw(two, 0.5)));
}

TEST_CASE("beta(alpha, alpha) has its distribution", "[random]") {
  for (const double alpha : {0.1, 0.2, 1.0, 2.0, 8.0}) {
    const auto list = draws(100000, [=](auto& s) { return beta(s, alpha, alpha); });
    CHECK(kolmogorov_smirnov(list, [=](double x) { return beta_distribution(alpha, alpha, x); }) > 1e-3);
    const double variance = 1 / (4 * (2 * alpha + 1)), n = 100000;
    const double fourth = variance * variance * (3 - 6 / (2 * alpha + 3));
    const auto seen = moments_of(list);
    CHECK(seen.mean == Approx(0.5).margin(5 * std::sqrt(variance / n)));
    CHECK(seen.variance == Approx(variance).margin(5 * std::sqrt((fourth - variance * variance) / n)));
    CHECK(seen.fourth == Approx(fourth).epsilon(0.03));
  }
}

TEST_CASE("beta(a, b) has its distribution where a and b differ", "[random]") {
  const double pairs[][2] = {{0.2, 8}, {2, 5}, {1.2, 0.2}, {1, 3}, {30, 0.5}};
  for (const auto& [a, b] : pairs) {
    const auto list = draws(30000, [a = a, b = b](auto& s) { return beta(s, a, b); });
    CHECK(kolmogorov_smirnov(list, [a = a, b = b](double x) { return beta_distribution(a, b, x); }) > 1e-3);
  }
}

TEST_CASE("beta(1, 1) is the uniform draw itself", "[random]") {
  philox_stream one(1, 2, 3, 4), two(1, 2, 3, 4);
  for (int draw = 0; draw < 100; ++draw) CHECK(beta(one, 1, 1) == uniform(two));
}

TEST_CASE("beta with alpha 1e-3 is nearly a coin, with the right share between", "[random]") {
  const auto list = draws(100000, [](auto& s) { return beta(s, 1e-3, 1e-3); });
  const double n = 100000;
  for (const double x : {1e-300, 1e-100, 1e-3, 0.5, 1 - 1e-3}) {
    const double share = beta_distribution(1e-3, 1e-3, x);
    const auto below = static_cast<double>(std::ranges::count_if(list, [=](double draw) { return draw <= x; }));
    CHECK(below / n == Approx(share).margin(margin_of_share(share, n)));
  }
  for (const double draw : list) REQUIRE((draw >= 0 && draw <= 1));
}

TEST_CASE("beta with alpha 1e6 keeps its narrow width", "[random]") {
  const auto list = draws(5000, [](auto& s) { return beta(s, 1e6, 1e6); });
  CHECK(kolmogorov_smirnov(list, [](double x) { return beta_distribution(1e6, 1e6, x); }) > 1e-3);
  const double variance = 1 / (4 * (2e6 + 1));
  CHECK(moments_of(list).mean == Approx(0.5).margin(5 * std::sqrt(variance / 5000)));
  CHECK(moments_of(list).variance == Approx(variance).epsilon(5 * std::sqrt(2 / 5000.0)));
}

TEST_CASE("beta with parameters next to nothing is 0 or 1, in proportion to them", "[random]") {
  const auto list = draws(20000, [](auto& s) { return beta(s, 3e-310, 1e-310); });
  double ones = 0;
  for (const double draw : list) {
    REQUIRE((draw == 0 || draw == 1));
    ones += draw;
  }
  CHECK(ones / 20000 == Approx(0.75).margin(margin_of_share(0.75, 20000)));
}

TEST_CASE("beta with the largest parameters is one half", "[random]") {
  philox_stream stream(1, 0, 0, 0);
  const double largest = std::numeric_limits<double>::max();
  for (int draw = 0; draw < 100; ++draw) CHECK(beta(stream, largest, largest) == Approx(0.5).epsilon(1e-12));
}

TEST_CASE("each share of a dirichlet draw has its beta distribution", "[random]") {
  const std::vector<double> concentration{0.3, 1, 2.5, 6};
  const int count = 30000;
  std::vector<std::vector<double>> shares(4);
  for (int i = 0; i < count; ++i) {
    philox_stream stream(77, 0, 0, i);
    double out[4];
    dirichlet(stream, {concentration.data(), {4}}, {out, {4}});
    REQUIRE(out[0] + out[1] + out[2] + out[3] == Approx(1).epsilon(1e-15));
    for (std::size_t k = 0; k < 4; ++k) shares[k].push_back(out[k]);
  }
  for (std::size_t k = 0; k < 4; ++k) {
    const double own = concentration[k], others = 9.8 - own;
    CHECK(kolmogorov_smirnov(shares[k], [=](double x) { return beta_distribution(own, others, x); }) > 1e-3);
  }
  double covariance = 0;  // -a_i a_j / (sum^2 (sum + 1))
  for (std::size_t i = 0; i < shares[2].size(); ++i)
    covariance += (shares[2][i] - 2.5 / 9.8) * (shares[3][i] - 6 / 9.8) / count;
  CHECK(covariance == Approx(-2.5 * 6 / (9.8 * 9.8 * 10.8)).epsilon(0.05));
}

TEST_CASE("dirichlet of small concentrations picks a corner, in proportion to them", "[random]") {
  for (const double scale : {1e-4, 1e-310}) {
    std::vector<double> sum(3, 0);
    const double concentration[] = {1 * scale, 2 * scale, 5 * scale};
    for (int i = 0; i < 20000; ++i) {
      philox_stream stream(78, 0, 0, i);
      double out[3];
      dirichlet(stream, {concentration, {3}}, {out, {3}});
      REQUIRE(out[0] + out[1] + out[2] == Approx(1).epsilon(1e-15));
      for (std::size_t k = 0; k < 3; ++k) sum[k] += out[k];
    }
    CHECK(sum[0] / 20000 == Approx(0.125).margin(margin_of_share(0.125, 20000)));
    CHECK(sum[1] / 20000 == Approx(0.25).margin(margin_of_share(0.25, 20000)));
    CHECK(sum[2] / 20000 == Approx(0.625).margin(margin_of_share(0.625, 20000)));
  }
}

TEST_CASE("the only share of a dirichlet of one is 1, and strides are kept", "[random]") {
  philox_stream stream(1, 2, 3, 4), again(1, 2, 3, 4);
  const double concentration[] = {0.5, -1, 2, -1};
  double dense[2], spaced[] = {7, 7, 7, 7};
  dirichlet(stream, {concentration, {1}}, {dense, {1}});
  CHECK(dense[0] == 1);

  const double close[] = {0.5, 2};
  philox_stream fresh(1, 2, 3, 4);
  dirichlet(fresh, {close, {2}}, {dense, {2}});
  dirichlet(again, {concentration, {2}, {2}}, {spaced + 1, {2}, {2}});
  CHECK(spaced[0] == 7);
  CHECK(spaced[1] == dense[0]);
  CHECK(spaced[2] == 7);
  CHECK(spaced[3] == dense[1]);
}

TEST_CASE("samplers refuse what they cannot draw from, in a sentence", "[random]") {
  philox_stream s(1, 0, 0, 0);
  CHECK_THROWS_WITH(uniform_integer(s, 0),
                    "uniform_integer: n is 0; there must be at least one number, 0, to draw. Is the batch empty?");
  CHECK_THROWS_AS(uniform_integer(s, -3), std::invalid_argument);
  CHECK_THROWS_WITH(gamma(s, -0.5), "gamma: the shape is -0.5; it must be finite and > 0.");
  CHECK_THROWS_WITH(
      beta(s, 0, 1),
      "beta: the parameters are 0 and 1; both must be finite and > 0. To switch mixing off, use lambda = 1 "
      "instead of alpha = 0.");
  for (const double bad : {0.0, -1.0, infinity, -infinity, not_a_number}) {
    CHECK_THROWS_AS(gamma(s, bad), std::invalid_argument);
    CHECK_THROWS_AS(log_gamma_draw(s, bad), std::invalid_argument);
    CHECK_THROWS_AS(beta(s, bad, 1), std::invalid_argument);
    CHECK_THROWS_AS(beta(s, 1, bad), std::invalid_argument);
    const double concentration[] = {1, bad};
    double out[2];
    CHECK_THROWS_WITH(dirichlet(s, {concentration, {2}}, {out, {2}}),
                      ContainsSubstring("dirichlet: concentration 1 is "));
  }
  const double concentration[] = {1, 1};
  double out[2];
  CHECK_THROWS_WITH(
      dirichlet(s, {concentration, {2}}, {out, {1}}),
      "dirichlet: 2 concentrations and room for 1 weights; expected one weight for each concentration, and "
      "at least one.");
  CHECK_THROWS_WITH(dirichlet(s, {}, {}), ContainsSubstring("dirichlet: 0 concentrations"));
}

TEST_CASE("the draws of a seed are what they have always been", "[random]") {
  CHECK(hash_of_draws() == frozen_hash_of_draws);
}
