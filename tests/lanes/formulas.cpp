// SPDX-License-Identifier: BSD-3-Clause
#include "lanes/lane_types.hpp"

#include "support/catch.hpp"

#include <mixcon/contrast/all_losses.hpp>
#include <mixcon/contrast/similarity.hpp>
#include <mixcon/core/soft.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr double infinity = __builtin_huge_val();

template <class L, class T>
void check_lane(const L& found, const T& expected, int k) {
  INFO("lane " << k << ": " << found[k] << ", one by one " << expected);
  CHECK(close(static_cast<double>(found[k]), static_cast<double>(expected), 4 * lane_tolerance<L>));
}
template <class L, int K>
void check_dual(const dual<L, K>& found, const dual<scalar_of<L>, K>& expected, int k) {
  check_lane(found.value, expected.value, k);
  for (int i = 0; i < K; ++i) check_lane(found.partial[i], expected.partial[i], k);
}

/// A formula at inputs that differ from lane to lane; on some lanes one of them is that of an empty set.
template <class L, class Loss>
void check_formula(const Loss& loss, random_source& random) {
  using T = scalar_of<L>;
  constexpr int count = loss_traits<Loss>::inputs;
  L statistics[static_cast<unsigned>(count)], scale(0.0F);
  for (L& s : statistics)
    s = L::each([&](int k) { return k % 3 == 2 && random.chance(0.5) ? -infinity : random.number(0.25, 4); });
  scale = L::each([&](int) { return random.number(1, 10); });
  const auto found = evaluate_formula<Loss, L>(loss, statistics, scale);
  for (int k = 0; k < width_of<L>; ++k) {
    T of_lane[static_cast<unsigned>(count)];
    for (int i = 0; i < count; ++i) of_lane[i] = statistics[i][k];
    const auto expected = evaluate_formula<Loss, T>(loss, of_lane, scale[k]);
    for (int n = 0; n < term_count<Loss>; ++n) {
      check_dual(found.of[n].value, expected.of[n].value, k);
      check_lane(found.of[n].divisor, expected.of[n].divisor, k);
    }
  }
}
template <class L, class... Loss>
void check_formulas(const pack<Loss...>&, random_source& random) {
  (check_formula<L>(Loss{}, random), ...);
}

}  // namespace

TEMPLATE_TEST_CASE("Every loss's formula and its derivatives are the same on lanes as one by one", "[lanes]",
                   MIXCON_LANE_TYPES) {
  random_source random(1);
  for (int trial = 0; trial < 20; ++trial) {
    check_formulas<TestType>(all_losses{}, random);
    check_formula<TestType>(info_nce{.temperature = 0.2, .base_temperature = 0.07}, random);
  }
}

TEMPLATE_TEST_CASE("The words of formulas and their derivatives are the same on lanes as one by one", "[lanes]",
                   MIXCON_LANE_TYPES) {
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
