// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/core/number/portable_exp.hpp>
#include <mixcon/core/number/portable_math.hpp>

#include <mixcon/core/random/philox.hpp>
#include <mixcon/core/random/uniform.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

using namespace mixcon;
using namespace mixcon::portable::detail;

namespace {

const double infinity = std::numeric_limits<double>::infinity(),
             not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Where long double is no wider than double, its own rounding adds to what is measured.
const double ulp_limit = std::numeric_limits<long double>::digits >= 64 ? 0.52 : 1.1;

/// Distance in units in the last place of a double of that size.
double ulp_between(double got, long double expected) {
  int exponent = 0;
  std::frexp(expected, &exponent);
  return static_cast<double>(std::fabs(static_cast<long double>(got) - expected) /
                             std::ldexp(1.0L, std::max(exponent - 53, -1074)));
}

double any_positive_double(philox_stream& stream) {
  for (;;)
    if (const double x = from_bits(stream.next_u64() >> 1); x > 0 && x < infinity) return x;
}

}  // namespace

TEST_CASE("log is within 0.52 units in the last place, for a million doubles of every size", "[portable]") {
  philox_stream stream(1, 0, 0, 0);
  double worst = 0;
  for (int i = 0; i < 1000000; ++i) {
    const double x = any_positive_double(stream);
    worst = std::max(worst, ulp_between(portable::log(x), std::log(static_cast<long double>(x))));
  }
  CHECK(worst <= ulp_limit);
  CHECK(worst > 0.49);  // a bound nobody comes near would hide a mistake
}

TEST_CASE("log is as exact near 1, on both sides, and where mantissas are halved", "[portable]") {
  philox_stream stream(2, 0, 0, 0);
  double worst = 0;
  for (int i = 0; i < 1000000; ++i) {
    const double near = 1 + std::ldexp(uniform(stream) - 0.5, -static_cast<int>(uniform_integer(stream, 53)));
    const double x = i % 2 == 0 ? near : 0.5 + 1.5 * uniform(stream);
    if (x == 1) continue;
    worst = std::max(worst, ulp_between(portable::log(x), std::log(static_cast<long double>(x))));
  }
  CHECK(worst <= ulp_limit);
}

TEST_CASE("log is as exact for subnormal numbers", "[portable]") {
  philox_stream stream(3, 0, 0, 0);
  double worst = 0;
  for (int i = 0; i < 10000; ++i) {
    const double x = from_bits((stream.next_u64() >> 12 >> uniform_integer(stream, 52)) + 1);
    worst = std::max(worst, ulp_between(portable::log(x), std::log(static_cast<long double>(x))));
  }
  CHECK(worst <= ulp_limit);
}

TEST_CASE("exp is within 0.52 units in the last place, for a million arguments of every size", "[portable]") {
  philox_stream stream(4, 0, 0, 0);
  double worst = 0;
  for (int i = 0; i < 1000000; ++i) {
    const double spread = -745.1 + (709.7 + 745.1) * uniform(stream);
    const double small = std::ldexp(uniform(stream) - 0.5, 4 - static_cast<int>(uniform_integer(stream, 60)));
    const double x = i % 2 == 0 ? spread : small;
    worst = std::max(worst, ulp_between(portable::exp(x), std::exp(static_cast<long double>(x))));
  }
  CHECK(worst <= ulp_limit);
  CHECK(worst > 0.49);
}

TEST_CASE("exp is as exact beside multiples of log 2, where the power of two changes", "[portable]") {
  double worst = 0;
  for (int k = -1074; k <= 1023; ++k) {
    double x = k * 0.69314718055994530942;
    for (int step = 0; step < 4; ++step) x = std::nextafter(x, -infinity);
    for (int step = 0; step < 9; ++step) {
      worst = std::max(worst, ulp_between(portable::exp(x), std::exp(static_cast<long double>(x))));
      x = std::nextafter(x, infinity);
    }
  }
  CHECK(worst <= ulp_limit);
}

TEST_CASE("log and exp answer at the edges of their ranges", "[portable]") {
  CHECK(portable::log(1.0) == 0);
  CHECK(!std::signbit(portable::log(1.0)));
  CHECK(portable::log(0.0) == -infinity);
  CHECK(portable::log(-0.0) == -infinity);
  CHECK(portable::log(infinity) == infinity);
  CHECK(std::isnan(portable::log(-1.0)));
  CHECK(std::isnan(portable::log(-infinity)));
  CHECK(std::isnan(portable::log(not_a_number)));
  CHECK(portable::log(5e-324) == Approx(-744.4400719213812).epsilon(1e-15));
  CHECK(portable::log(2.0) == 0.69314718055994530942);
  CHECK(portable::log(0.5) == -0.69314718055994530942);

  CHECK(portable::exp(0.0) == 1);
  CHECK(portable::exp(-0.0) == 1);
  CHECK(portable::exp(1e-300) == 1);
  CHECK(portable::exp(1.0) == 2.71828182845904523536);
  CHECK(portable::exp(infinity) == infinity);
  CHECK(portable::exp(-infinity) == 0);
  CHECK(std::isnan(portable::exp(not_a_number)));
  CHECK(std::isnan(portable::exp(-not_a_number)));
  CHECK(portable::exp(709.782712893384) < infinity);
  CHECK(portable::exp(709.782712893385) == infinity);
  CHECK(portable::exp(1e300) == infinity);
  CHECK(portable::exp(-745.1332191019411) == 5e-324);
  CHECK(portable::exp(-745.1332191019412) == 0);
  CHECK(portable::exp(-1e300) == 0);
}

TEST_CASE("exp_each is within 2 units in the last place, and answers at the edges of its range", "[portable]") {
  philox_stream stream(5, 0, 0, 0);
  double worst = 0;
  for (int i = 0; i < 200000; ++i) {
    double x[3];
    for (double& each : x) each = i % 2 == 0 ? -708 * uniform(stream) : 700 * (uniform(stream) - uniform(stream));
    double powers[3] = {x[0], x[1], x[2]};
    portable::exp_each(powers, 3);
    for (int k = 0; k < 3; ++k)
      worst = std::max(worst, ulp_between(powers[k], std::exp(static_cast<long double>(x[k]))));
  }
  CHECK(worst <= 2);
  CHECK(worst > 0.5);

  double edges[] = {0, -0.0, -708.5, -infinity, -1e300, not_a_number, 700};
  portable::exp_each(edges, 7);
  CHECK(edges[0] == 1);
  CHECK(edges[1] == 1);
  CHECK(edges[2] == 0);
  CHECK(edges[3] == 0);
  CHECK(edges[4] == 0);
  CHECK(edges[5] != edges[5]);
  CHECK(edges[6] == Approx(std::exp(700.0)).epsilon(1e-14));
}

TEST_CASE("log and exp are known at compile time", "[portable]") {
  STATIC_REQUIRE(portable::exp(0.0) == 1);
  STATIC_REQUIRE(portable::log(2.0) == 0.69314718055994530942);
}

TEST_CASE("sqrt is the library's, which IEEE 754 prescribes", "[portable]") {
  philox_stream stream(5, 0, 0, 0);
  for (int i = 0; i < 1000; ++i) {
    const double x = any_positive_double(stream);
    REQUIRE(portable::sqrt(x) == std::sqrt(x));
  }
}

TEST_CASE("a product is rounded before it is added to something", "[portable]") {
  volatile double factor = 1 + 0x1p-30;  // its square is 1 + 2^-29 + 2^-60
  const double a = factor;
  CHECK(portable::product(a, a) - (1 + 0x1p-29) == 0);
}

TEST_CASE("wide products by halves and by the processor are the same", "[portable]") {
  philox_stream stream(6, 0, 0, 0);
  const std::uint64_t all = ~std::uint64_t{0};
  CHECK(wide_product_by_halves(all, all).high == all - 1);
  CHECK(wide_product_by_halves(all, all).low == 1);
  for (int i = 0; i < 10000; ++i) {
    const std::uint64_t a = stream.next_u64() >> uniform_integer(stream, 64);
    const std::uint64_t b = stream.next_u64() | all << uniform_integer(stream, 64);
    const wide halves = wide_product_by_halves(a, b), whole = wide_product(a, b);
    REQUIRE(halves.high == whole.high);
    REQUIRE(halves.low == whole.low);
    REQUIRE(high_product(a, b) == whole.high);
    REQUIRE(whole.low == a * b);
  }
}

TEST_CASE("a fraction times its divisor is its numerator, but for less than one divisor", "[portable]") {
  philox_stream stream(7, 0, 0, 0);
  const std::uint64_t all = ~std::uint64_t{0};
  for (int i = 0; i < 100000; ++i) {
    // dividends and divisors full of zeros or ones are where long division guesses wrong
    std::uint64_t divisor = stream.next_u64() | sign_bit, numerator = stream.next_u64();
    if (i % 3 == 1) divisor |= all >> uniform_integer(stream, 64);
    if (i % 3 == 2) divisor = sign_bit | divisor >> uniform_integer(stream, 64);
    if (i % 2 == 1) numerator = divisor - 1 - (numerator >> uniform_integer(stream, 64));
    numerator %= divisor;
    const std::uint64_t quotient = fraction(numerator, divisor);
    const wide back = wide_product(quotient, divisor);  // numerator * 2^64 - back is in 0 .. divisor - 1
    const std::uint64_t rest = 0 - back.low;
    REQUIRE(numerator - back.high == (back.low == 0 ? 0 : 1));
    REQUIRE(rest < divisor);
  }
}

TEST_CASE("nearest rounds as the processor does, to normal and subnormal numbers, zero and infinity", "[portable]") {
  if (std::numeric_limits<long double>::digits < 64) return;  // nothing to compare with
  philox_stream stream(8, 0, 0, 0);
  for (int i = 0; i < 100000; ++i) {
    std::uint64_t mantissa = stream.next_u64() >> uniform_integer(stream, 64) | 1;
    if (i % 2 == 1) mantissa &= ~std::uint64_t{0} << uniform_integer(stream, 63);  // ties
    if (mantissa == 0) continue;
    const int exponent = static_cast<int>(uniform_integer(stream, 2300)) - 1200;
    const auto expected = static_cast<double>(std::ldexp(static_cast<long double>(mantissa), exponent));
    REQUIRE(nearest(mantissa, exponent, false) == expected);
    REQUIRE(nearest(mantissa, exponent, true) == -expected);
  }
}
