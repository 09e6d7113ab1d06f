// SPDX-License-Identifier: BSD-3-Clause
// Dual numbers: every word's derivative is the one that differences show, and infinities stay harmless.
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/core/number/soft.hpp>

#include <limits>

using namespace mixcon;
using mixcon_test::random_numbers;

namespace {

using number = dual<long double, 2>;
constexpr long double infinity = std::numeric_limits<long double>::infinity();

/// A function of two numbers, in duals and in plain numbers.
struct word {
  const char* name;
  number (*of)(const number&, const number&);
  long double (*plainly)(long double, long double);
  double low, high;  // where its arguments may lie
};

// clang-format off
const word words[] = {
  {"a + b", [](const number& a, const number& b) { return a + b; }, [](long double a, long double b) { return a + b; }, -3, 3},
  {"a - b", [](const number& a, const number& b) { return a - b; }, [](long double a, long double b) { return a - b; }, -3, 3},
  {"-a", [](const number& a, const number&) { return -a; }, [](long double a, long double) { return -a; }, -3, 3},
  {"a b", [](const number& a, const number& b) { return a * b; }, [](long double a, long double b) { return a * b; }, -3, 3},
  {"a / b", [](const number& a, const number& b) { return a / b; }, [](long double a, long double b) { return a / b; }, 0.5, 3},
  {"a + 2", [](const number& a, const number&) { return a + 2; }, [](long double a, long double) { return a + 2; }, -3, 3},
  {"2 + a", [](const number& a, const number&) { return 2 + a; }, [](long double a, long double) { return 2 + a; }, -3, 3},
  {"a - 2.5", [](const number& a, const number&) { return a - 2.5; }, [](long double a, long double) { return a - 2.5L; }, -3, 3},
  {"2.5 - a", [](const number& a, const number&) { return 2.5 - a; }, [](long double a, long double) { return 2.5L - a; }, -3, 3},
  {"2.5 a", [](const number& a, const number&) { return 2.5 * a; }, [](long double a, long double) { return 2.5L * a; }, -3, 3},
  {"a 2.5", [](const number& a, const number&) { return a * 2.5; }, [](long double a, long double) { return a * 2.5L; }, -3, 3},
  {"a / 4", [](const number& a, const number&) { return a / 4; }, [](long double a, long double) { return a / 4; }, -3, 3},
  {"4 / a", [](const number& a, const number&) { return 4 / a; }, [](long double a, long double) { return 4 / a; }, 0.5, 3},
  {"exp", [](const number& a, const number&) { return exp(a); }, [](long double a, long double) { return std::exp(a); }, -3, 3},
  {"log", [](const number& a, const number&) { return log(a); }, [](long double a, long double) { return std::log(a); }, 0.1, 3},
  {"log1p", [](const number& a, const number&) { return log1p(a); }, [](long double a, long double) { return std::log1p(a); }, -0.9, 3},
  {"sqrt", [](const number& a, const number&) { return sqrt(a); }, [](long double a, long double) { return std::sqrt(a); }, 0.1, 3},
  {"square", [](const number& a, const number&) { return square(a); }, [](long double a, long double) { return a * a; }, -3, 3},
  {"larger", [](const number& a, const number& b) { return larger(a, b); }, [](long double a, long double b) { return a > b ? a : b; }, -3, 3},
  {"relu", [](const number& a, const number&) { return relu(a); }, [](long double a, long double) { return a > 0 ? a : 0; }, -3, 3},
  {"softplus", [](const number& a, const number&) { return softplus(a); }, [](long double a, long double) { return std::log1p(std::exp(a)); }, -9, 9},
  {"log_add_exp", [](const number& a, const number& b) { return log_add_exp(a, b); }, [](long double a, long double b) { return std::log(std::exp(a) + std::exp(b)); }, -3, 3},
  {"log_diff_exp", [](const number& a, const number& b) { return log_diff_exp(a + 7, b); }, [](long double a, long double b) { return std::log(std::exp(a + 7) - std::exp(b)); }, -3, 3},
};
// clang-format on

}  // namespace

TEST_CASE("every word of dual numbers has the value and the derivatives of the plain one", "[laws]") {
  random_numbers draw(1);
  for (const word& w : words)
    for (int i = 0; i < 100; ++i) {
      const auto a = static_cast<long double>(draw.uniform(w.low, w.high));
      const auto b = static_cast<long double>(draw.uniform(w.low, w.high)), h = 1e-5L;
      const number answer = w.of(variable<long double, 2>(a, 0), variable<long double, 2>(b, 1));
      const long double by_a = (w.plainly(a + h, b) - w.plainly(a - h, b)) / (2 * h);
      const long double by_b = (w.plainly(a, b + h) - w.plainly(a, b - h)) / (2 * h);
      INFO(w.name << " at " << a << ", " << b);
      CHECK(std::fabs(answer.value - w.plainly(a, b)) <= 1e-17L * (1 + std::fabs(answer.value)));
      CHECK(std::fabs(answer.partial[0] - by_a) <= 1e-7L * (1 + std::fabs(by_a)));
      CHECK(std::fabs(answer.partial[1] - by_b) <= 1e-7L * (1 + std::fabs(by_b)));
    }
}

TEST_CASE("detach keeps the value and drops the derivatives", "[laws]") {
  const number a = variable<long double, 2>(3, 1);
  CHECK(detach(a).value == 3);
  CHECK(detach(a).partial[1] == 0);
  CHECK(plain(a) == 3);
}

TEST_CASE("an empty statistic, -infinity, passes through the words of log space", "[laws]") {
  const number empty = variable<long double, 2>(-infinity, 0), some = variable<long double, 2>(2, 1);
  CHECK(exp(empty).value == 0);
  CHECK(exp(empty).partial[0] == 0);
  CHECK(softplus(empty).value == 0);
  CHECK(softplus(empty).partial[0] == 0);
  for (const number& sum : {log_add_exp(empty, some), log_add_exp(some, empty)}) {
    CHECK(sum.value == 2);
    CHECK(sum.partial[0] == 0);
    CHECK(sum.partial[1] == 1);
  }
  CHECK(log_add_exp(empty, empty).value == -infinity);
  CHECK(log_diff_exp(some, empty).value == 2);
  CHECK(log_diff_exp(some, empty).partial[0] == 0);
  CHECK(log_diff_exp(some, empty).partial[1] == 1);
  const number gap = softplus(empty - some);  // no negative: the loss is 0, and moves with nothing
  CHECK(gap.value == 0);
  CHECK(gap.partial[0] == 0);
  CHECK(gap.partial[1] == 0);
}

TEST_CASE("an infinite slope of a constant is no NaN", "[laws]") {
  const number zero(0.0L);
  CHECK(sqrt(zero).partial[0] == 0);
  CHECK(log(zero).value == -infinity);
  CHECK(log(zero).partial[0] == 0);
}

TEST_CASE("softplus and sigmoid neither overflow nor lose small numbers", "[laws]") {
  CHECK(softplus(1e4) == 1e4);
  CHECK(softplus(-50.0) == Approx(std::exp(-50.0)).epsilon(1e-15));
  CHECK(softplus(-700.0) > 0);
  CHECK(softplus(-1e4) == 0);
  CHECK(sigmoid(1e4) == 1);
  CHECK(sigmoid(-1e4) == 0);
  CHECK(sigmoid(-50.0) == Approx(std::exp(-50.0)).epsilon(1e-15));
  for (double x = -30; x < 30; x += 0.37) {
    const auto wide = static_cast<long double>(x);
    CHECK(std::fabs(static_cast<long double>(softplus(x)) - std::log1p(std::exp(wide))) <=
          4e-16L * std::log1p(std::exp(wide)));
    CHECK(std::fabs(static_cast<long double>(sigmoid(x)) - 1 / (1 + std::exp(-wide))) <=
          4e-16L / (1 + std::exp(-wide)));
  }
}

TEST_CASE("NaN stays NaN in every word", "[laws]") {
  const long double nan = std::numeric_limits<long double>::quiet_NaN();
  for (const word& w : words) {
    INFO(w.name);
    CHECK(std::isnan(w.of(variable<long double, 2>(nan, 0), variable<long double, 2>(1, 1)).value));
  }
  CHECK(std::isnan(larger(number(1.0L), number(nan)).value));
  CHECK(std::isnan(log_add_exp(number(1.0L), number(nan)).value));
}
