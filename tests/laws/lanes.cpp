// SPDX-License-Identifier: BSD-3-Clause
// Vector lanes: every operation is that of the scalar, and the exponential is as good as libm's.
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/core/number/lanes.hpp>
#include <mixcon/core/number/soft.hpp>

#include <limits>

using namespace mixcon;
using mixcon_test::random_numbers;

namespace {

/// How many numbers of T lie between `x` and the exact value: units in the last place of the exact one.
template <class T>
long double units_off(T x, long double exact) {
  const T rounded = static_cast<T>(exact);
  const long double unit = static_cast<long double>(std::nextafter(rounded, std::numeric_limits<T>::infinity())) -
                           static_cast<long double>(rounded);
  return std::fabs(static_cast<long double>(x) - exact) / unit;
}

}  // namespace

TEMPLATE_TEST_CASE("exp_of on lanes is within 2 units in the last place", "[laws]", float, double) {
  using vector = native_lanes<TestType>;
  constexpr int width = lane_count<vector>();
  const double low = std::is_same_v<TestType, float> ? -87.3 : -707.9,
               high = std::is_same_v<TestType, float> ? 88.7 : 709.7;
  random_numbers draw(1);
  long double worst = 0;
  for (int i = 0; i < 1000000 / width; ++i) {
    // half of the points over the whole range, half where softmax has them
    const bool near = i % 2 == 0;
    const vector x = vector::each([&](int) { return draw.uniform(near ? -10 : low, near ? 1 : high); });
    const vector e = exp_of(x);
    for (int k = 0; k < width; ++k)
      worst = std::max(worst, units_off<TestType>(e[k], std::exp(static_cast<long double>(x[k]))));
  }
  INFO("worst: " << worst << " units");
  CHECK(worst <= 2);
  CHECK(worst > 0.4L);  // nobody is nearer than rounding
}

TEMPLATE_TEST_CASE("exp_of on lanes is right at the ends", "[laws]", float, double) {
  using vector = native_lanes<TestType>;
  using limits = std::numeric_limits<TestType>;
  const auto at = [](TestType x) { return exp_of(vector(x))[0]; };
  CHECK(at(0) == 1);
  CHECK(at(-TestType(0)) == 1);
  CHECK(at(-limits::infinity()) == 0);
  CHECK(at(limits::infinity()) == limits::infinity());
  CHECK(at(limits::lowest()) == 0);
  CHECK(at(limits::max()) == limits::infinity());
  CHECK(std::isnan(at(limits::quiet_NaN())));
  CHECK(at(limits::denorm_min()) == 1);
  CHECK(at(1000) == limits::infinity());
}

TEMPLATE_TEST_CASE("log1p_of on lanes is within 3 units in the last place", "[laws]", float, double) {
  using vector = native_lanes<TestType>;
  constexpr int width = lane_count<vector>();
  random_numbers draw(3);
  long double worst = 0;
  for (int i = 0; i < 500000 / width; ++i) {
    const int kind = i % 3;  // what softplus asks, near -1, anything
    const vector x = vector::each([&](int) {
      const double size = std::exp(draw.uniform(-80, kind == 2 ? 80 : 0));
      return kind == 1 ? size - 1 : size;
    });
    const vector y = log1p_of(x);
    for (int k = 0; k < width; ++k)
      if (x[k] > -1) worst = std::max(worst, units_off<TestType>(y[k], std::log1p(static_cast<long double>(x[k]))));
  }
  INFO("worst: " << worst << " units");
  CHECK(worst <= 3);
  CHECK(worst > 0.4L);
}

TEMPLATE_TEST_CASE("log1p_of on lanes is right at the ends", "[laws]", float, double) {
  using vector = native_lanes<TestType>;
  using limits = std::numeric_limits<TestType>;
  const auto at = [](TestType x) { return log1p_of(vector(x))[0]; };
  CHECK(at(0) == 0);
  CHECK(at(-1) == -limits::infinity());
  CHECK(at(limits::infinity()) == limits::infinity());
  CHECK(std::isnan(at(-2)));
  CHECK(std::isnan(at(-limits::infinity())));
  CHECK(std::isnan(at(limits::quiet_NaN())));
  CHECK(at(limits::denorm_min()) == limits::denorm_min());
  CHECK(at(limits::max()) == Approx(std::log(limits::max())));
}

TEMPLATE_TEST_CASE("lanes compute what each of their numbers computes alone", "[laws]", float, double) {
  using vector = native_lanes<TestType>;
  constexpr int width = lane_count<vector>();
  random_numbers draw(2);
  for (int i = 0; i < 200; ++i) {
    const vector a = vector::each([&](int) { return draw.uniform(-3, 3); });
    const vector b = vector::each([&](int k) { return k % 3 == 0 ? static_cast<double>(a[k]) : draw.uniform(-3, 3); });
    const vector sum = a + b, product = a * b, quotient = a / b, chosen = choose(a > b, a, b);
    const vector root = sqrt_of(a * a), logarithm = log_of(a * a);
    for (int k = 0; k < width; ++k) {
      const TestType x = a[k], y = b[k];
      CHECK(sum[k] == x + y);
      CHECK(product[k] == x * y);
      CHECK(quotient[k] == x / y);
      CHECK((-a)[k] == -x);
      CHECK(chosen[k] == (x > y ? x : y));
      CHECK((a == b)[k] == (x == y));
      CHECK((a != b)[k] == (x != y));
      CHECK((a <= b)[k] == (x <= y));
      CHECK((a >= b)[k] == (x >= y));
      CHECK((a < b || a == b)[k] == (x <= y));
      CHECK((a <= b && a >= b)[k] == (x == y));
      CHECK((!(a < b))[k] == (x >= y));
      CHECK(root[k] == sqrt_of(x * x));
      CHECK(logarithm[k] == log_of(x * x));
      CHECK(lane(a, k) == x);
      CHECK(vector::numbered()[k] == static_cast<TestType>(k));
    }
  }
}

TEMPLATE_TEST_CASE("soft words and duals on lanes follow the scalar ones", "[laws]", float, double) {
  using vector = native_lanes<TestType>;
  const auto near = [](TestType x, TestType y) {
    return std::fabs(x - y) <=
           8 * std::numeric_limits<TestType>::epsilon() * (std::fabs(y) + std::numeric_limits<TestType>::min());
  };
  random_numbers draw(3);
  for (int i = 0; i < 200; ++i) {
    const vector a = vector::each(
        [&](int k) { return k == 0 && i % 5 == 0 ? -std::numeric_limits<double>::infinity() : draw.uniform(-40, 40); });
    const vector b = vector::each([&](int) { return draw.uniform(-40, 40); });
    const auto both = log_add_exp(variable<vector, 2>(a, 0), variable<vector, 2>(b, 1));
    const vector soft = softplus(a), steep = sigmoid(a);
    for (int k = 0; k < lane_count<vector>(); ++k) {
      INFO("a " << a[k] << ", b " << b[k]);
      CHECK(near(soft[k], softplus(a[k])));
      CHECK(near(steep[k], sigmoid(a[k])));
      const auto one = log_add_exp(variable<TestType, 2>(a[k], 0), variable<TestType, 2>(b[k], 1));
      CHECK(near(both.value[k], one.value));
      CHECK(near(both.partial[0][k], one.partial[0]));
      CHECK(near(both.partial[1][k], one.partial[1]));
    }
  }
}
