// SPDX-License-Identifier: BSD-3-Clause
#include "lanes/formula_check.hpp"

#include <mixcon/contrast/similarity.hpp>
#include <mixcon/core/number/soft.hpp>

using namespace mixcon;
using namespace mixcon_test;

TEMPLATE_TEST_CASE("A formula with a choice by its parameters is the same on lanes as one by one", "[lanes]",
                   MIXCON_LANE_TYPES) {
  if (!processor_has<TestType>()) return;
  random_source random(1);
  for (int trial = 0; trial < 20; ++trial)
    check_formula<TestType>(info_nce{.temperature = 0.2, .base_temperature = 0.07}, random);
}

TEMPLATE_TEST_CASE("The words of formulas and their derivatives are the same on lanes as one by one", "[lanes]",
                   MIXCON_LANE_TYPES) {
  if (!processor_has<TestType>()) return;
  using T = scalar_of<TestType>;
  random_source random(2);
  for (int trial = 0; trial < 20; ++trial) {
    const TestType x = TestType::each([&](int) { return random.number(0.125, 30); });
    const TestType y = TestType::each([&](int k) { return k % 4 == 3 ? -infinity : random.number(-30, 0); });
    auto check = [&](const auto& word) {
      const auto found = word(variable<TestType, 2>(x, 0), variable<TestType, 2>(y, 1));
      for (int k = 0; k < width_of<TestType>; ++k)
        check_dual(found, word(variable<T, 2>(x[k], 0), variable<T, 2>(y[k], 1)), k);
    };
    check([](const auto&, const auto& b) { return exp(b); });
    check([](const auto& a, const auto&) { return log(a); });
    check([](const auto& a, const auto&) { return log1p(a); });
    check([](const auto& a, const auto&) { return sqrt(a) + square(a); });
    check([](const auto& a, const auto& b) { return larger(a, b) * 2; });
    check([](const auto& a, const auto& b) { return relu(b) - relu(a); });
    check([](const auto& a, const auto& b) { return softplus(a) + softplus(b); });
    check([](const auto& a, const auto& b) { return log_add_exp(a, b); });
    check([](const auto& a, const auto& b) { return log_add_exp(b, a); });
    check([](const auto& a, const auto& b) { return log_diff_exp(a, b); });
    check([](const auto& a, const auto&) { return 1 / (a + 1) + detach(a) * a / 3; });
    for (int k = 0; k < width_of<TestType>; ++k) check_lane(sigmoid(y), sigmoid(y[k]), k);
  }
}

TEMPLATE_TEST_CASE("Every similarity and its slopes are the same on lanes as one by one", "[lanes]",
                   MIXCON_LANE_TYPES) {
  if (!processor_has<TestType>()) return;
  using T = scalar_of<TestType>;
  random_source random(3);
  const TestType dot = TestType::each([&](int) { return random.number(-1, 1); });
  // on lane 0 the rows coincide
  const TestType aa = TestType::each([&](int k) { return k == 0 ? static_cast<double>(dot[0]) : random.number(1, 4); });
  const TestType cc = TestType::each([&](int k) { return k == 0 ? static_cast<double>(dot[0]) : random.number(1, 4); });
  auto check = [&](const auto& similarity) {
    const TestType value = similarity.value(dot, aa, cc);
    const similarity_slopes<TestType> slopes = similarity.slopes(dot, aa, cc);
    for (int k = 0; k < width_of<TestType>; ++k) {
      const T d = dot[k], a = aa[k], c = cc[k];
      check_lane(value, similarity.value(d, a, c), k);
      check_lane(slopes.other, similarity.slopes(d, a, c).other, k);
      check_lane(slopes.own, similarity.slopes(d, a, c).own, k);
    }
  };
  check(cosine{});
  check(dot_product{});
  check(negative_squared_distance{});
  check(negative_distance{});
}
