// SPDX-License-Identifier: BSD-3-Clause
// Functions of numbers, repeated along axes, summed, reshaped: values against formulas, gradients against differences.
// On `tested_device`, which who includes this has defined.
#pragma once

#include "autograd/operators.hpp"
#include "trainer/autograd/gradient_check.hpp"

#include <cmath>
#include <string>

namespace mixcon_train {

TEST_CASE("functions of a number have their values and slopes", "[autograd]") {
  tested_device on;
  const auto x = random_variable(on, {3, 2, 2, 2}, 1);
  const variable positive(on.apply(unary::exponential, x.value()), true);
  struct named {
    const char* name;
    variable (*f)(const variable&);
    double (*expected)(double);
  };
  for (const named& of : {named{"absolute", absolute, [](double v) { return std::abs(v); }},
                          named{"square", square, [](double v) { return v * v; }},
                          named{"sigmoid", sigmoid, [](double v) { return 1 / (1 + std::exp(-v)); }},
                          named{"elu", elu, [](double v) { return v > 0 ? v : std::exp(v) - 1; }},
                          named{"exponential", exponential, [](double v) { return std::exp(v); }},
                          named{"logarithm", logarithm, [](double v) { return std::log(v); }}}) {
    const variable& at = std::string(of.name) == "logarithm" ? positive : x;
    const auto from = numbers_in(at), found = numbers_in(of.f(at));
    for (std::size_t k = 0; k < from.size(); ++k) {
      INFO(of.name);
      CHECK(found[k] == Approx(of.expected(from[k])).epsilon(1e-12));
    }
    check_gradients(of.name, {at}, [&] { return of.f(at); });
  }
  check_gradients("affine", {x}, [&] { return affine(x, -2, 3); });
  CHECK(numbers_in(affine(x, -2, 3))[5] == Approx(3 - 2 * numbers_in(x)[5]));
}

TEST_CASE("a sigmoid does not overflow, and an absolute value has slope 0 at 0", "[autograd]") {
  tested_device on;
  const double ends[] = {-1000, 1000, 0};
  const variable x(tensor_of(on, {3}, ends), true);
  CHECK(numbers_in(sigmoid(x)) == std::vector<double>{0, 1, 0.5});
  backward(sum(absolute(x)));
  CHECK(numbers_in(x.gradient()) == std::vector<double>{-1, 1, 0});
}

TEST_CASE("sums, differences and products repeat a tensor along axes of extent 1", "[autograd]") {
  tested_device on;
  const auto x = random_variable(on, {3, 2, 4, 5}, 2), samples = random_variable(on, {3}, 3),
             channels = random_variable(on, {2}, 4), masks = random_variable(on, {3, 1, 4, 5}, 5),
             row = random_variable(on, {1, 2, 1, 5}, 6), other = random_variable(on, {3, 2, 4, 5}, 7);
  const auto all = numbers_in(x), by_channel = numbers_in(x * of_channels(channels, x)),
             by_sample = numbers_in(x - of_samples(samples, x)), by_mask = numbers_in(masks + x);
  for (std::size_t k = 0; k < all.size(); ++k) {
    CHECK(by_channel[k] == all[k] * numbers_in(channels)[k / 20 % 2]);
    CHECK(by_sample[k] == all[k] - numbers_in(samples)[k / 40]);
    CHECK(by_mask[k] == all[k] + numbers_in(masks)[k / 40 * 20 + k % 20]);
  }
  check_gradients("product", {x, other}, [&] { return x * other; });
  check_gradients("difference", {x, other}, [&] { return x - other; });
  check_gradients("product by channels", {x, channels}, [&] { return x * of_channels(channels, x); });
  check_gradients("difference from samples", {x, samples}, [&] { return of_samples(samples, x) - x; });
  check_gradients("sum with masks", {x, masks}, [&] { return masks + x; });
  check_gradients("both repeated", {masks, row}, [&] { return masks * row; });
  check_gradients("scaled", {x}, [&] { return 0.3 * x; });
}

TEST_CASE("sums and means go along axes, or over all", "[autograd]") {
  tested_device on;
  const auto x = random_variable(on, {3, 2, 4}, 8);
  const auto all = numbers_in(x), over_ends = numbers_in(sum_to(x, {1, 2, 1}));
  double expected[2] = {}, total = 0;
  for (std::size_t k = 0; k < all.size(); ++k) expected[k / 4 % 2] += all[k], total += all[k];
  CHECK(over_ends[0] == Approx(expected[0]).epsilon(1e-12));
  CHECK(over_ends[1] == Approx(expected[1]).epsilon(1e-12));
  CHECK(mean(x).number() == Approx(total / 24).epsilon(1e-12));
  check_gradients("sum_to", {x}, [&] { return sum_to(x, {3, 1, 4}); });
  check_gradients("mean_to", {x}, [&] { return mean_to(x, {1, 2, 1}); });
  check_gradients("mean", {x}, [&] { return mean(x); });
  check_gradients("variance", {x}, [&] { return mean(square(x - reshape(mean(x), {1, 1, 1}))); });
  CHECK_THROWS_WITH(sum_to(x, {3, 2}),
                    "sum_to: (3, 2, 4) to (3, 2); expected one rank, and the same extent or 1 along each axis");
}

TEST_CASE("shapes change, and the last two axes are exchanged", "[autograd]") {
  tested_device on;
  const auto x = random_variable(on, {2, 3, 4}, 9), matrix = random_variable(on, {2, 3}, 10);
  const auto from = numbers_in(x), to = numbers_in(transpose(x));
  for (std::size_t n = 0; n < 2; ++n)
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 4; ++j) CHECK(to[n * 12 + j * 3 + i] == from[n * 12 + i * 4 + j]);
  CHECK(transpose(matrix).extents() == shape{3, 2});
  check_gradients("transpose", {x}, [&] { return transpose(x); });
  check_gradients("reshape", {x}, [&] { return square(reshape(x, {4, 6})); });
  CHECK_THROWS_WITH(reshape(x, {5, 5}), "reshape: (2, 3, 4) to (5, 5); expected a shape of the same size");
}

TEST_CASE("a gradient stops at a constant", "[autograd]") {
  tested_device on;
  const auto x = random_variable(on, {2, 2}, 11);
  backward(sum(x * constant(x)));
  CHECK(numbers_in(x.gradient()) == numbers_in(x));  // and not twice that
}

}  // namespace mixcon_train
