// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/core/storage.hpp>
#include <mixcon/core/tensor_view.hpp>

#include "support/catch.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

using mixcon::bfloat16;
using mixcon::half;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

template <class Storage>
constexpr int infinity_bits = std::is_same_v<Storage, half> ? 0x7c00 : 0x7f80;

template <class Storage>
Storage number(int bits) {
  return Storage::from_bits(static_cast<std::uint16_t>(bits));
}

// The value of a bit pattern from the definition of the format: (-1)^s 2^(e - bias) 1.m, 0.m for the smallest e.
template <class Storage>
double by_definition(int bits) {
  constexpr int digits = std::is_same_v<Storage, half> ? 10 : 7, bias = std::is_same_v<Storage, half> ? 15 : 127;
  const int exponent = (bits & 0x7fff) >> digits, significand = bits & ((1 << digits) - 1);
  const double magnitude = exponent == 0 ? std::ldexp(significand, 1 - bias - digits)
                                         : std::ldexp(significand + (1 << digits), exponent - bias - digits);
  return bits & 0x8000 ? -magnitude : magnitude;
}

// Deterministic bit patterns that cover all exponents: Weyl sequence through a multiply-xor mix.
std::uint64_t pattern(std::uint64_t i) {
  std::uint64_t x = (i + 1) * 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93u;
  return x ^ (x >> 32);
}

}  // namespace

TEMPLATE_TEST_CASE("Two-byte numbers are plain two bytes", "[core]", bfloat16, half) {
  STATIC_REQUIRE(sizeof(TestType) == 2);
  STATIC_REQUIRE(std::is_trivially_copyable_v<TestType>);
  STATIC_REQUIRE(std::is_trivially_default_constructible_v<TestType>);
  STATIC_REQUIRE(std::is_convertible_v<TestType, float>);
  STATIC_REQUIRE(!std::is_convertible_v<float, TestType>);
  STATIC_REQUIRE(!std::is_convertible_v<double, TestType>);
  STATIC_REQUIRE(static_cast<float>(TestType(1.5f)) == 1.5f);  // in constant expressions too
  STATIC_REQUIRE(static_cast<float>(TestType(-0.375)) == -0.375f);
  STATIC_REQUIRE(TestType{}.bits() == 0);
  STATIC_REQUIRE(std::is_same_v<decltype(TestType{} * TestType{}), float>);
  STATIC_REQUIRE(std::is_same_v<decltype(TestType{} * 1.0), double>);
}

TEMPLATE_TEST_CASE("Each of the 65536 bit patterns has the value the format defines, exactly", "[core]", bfloat16,
                   half) {
  int wrong = 0;
  for (int bits = 0; bits < 65536; ++bits) {
    const float value = number<TestType>(bits);
    const int magnitude = bits & 0x7fff;
    if (magnitude > infinity_bits<TestType>) {
      wrong += !std::isnan(value);
    } else if (magnitude == infinity_bits<TestType>) {
      wrong += value != (bits & 0x8000 ? -infinity : infinity);
    } else {
      wrong += static_cast<double>(value) != by_definition<TestType>(bits);
    }
    wrong += std::signbit(value) != (bits >= 0x8000);
  }
  CHECK(wrong == 0);
}

TEMPLATE_TEST_CASE("Each of the 65536 bit patterns survives the way to float, to double and back", "[core]", bfloat16,
                   half) {
  int wrong = 0;
  for (int bits = 0; bits < 65536; ++bits) {
    const float value = number<TestType>(bits);
    const TestType through_float(value), through_double(static_cast<double>(value));
    if (std::isnan(value)) {
      wrong += !std::isnan(through_float) + !std::isnan(through_double);
      wrong += std::signbit(through_float) != (bits >= 0x8000);
    } else {
      wrong += (through_float.bits() != bits) + (through_double.bits() != bits);
    }
  }
  CHECK(wrong == 0);
}

TEMPLATE_TEST_CASE("Between two neighbours the nearer is taken, and at the middle the even one", "[core]", bfloat16,
                   half) {
  int wrong = 0;
  for (int bits = 0; bits < infinity_bits<TestType>; ++bits) {
    const double low = by_definition<TestType>(bits), high = by_definition<TestType>(bits + 1);  // 2^k past the largest
    const double middle = (low + high) / 2;
    const int even = bits % 2 == 0 ? bits : bits + 1;
    for (int sign : {0, 0x8000}) {
      const double s = sign ? -1 : 1;
      const auto rounds_to = [&](double x, int expected) {
        wrong += TestType(s * x).bits() != (sign | expected);
        const float single = static_cast<float>(s * x);
        if (static_cast<double>(single) == s * x) wrong += TestType(single).bits() != (sign | expected);
      };
      rounds_to(middle, even);
      rounds_to(std::nextafter(middle, low), bits);
      rounds_to(std::nextafter(middle, high), bits + 1);
      // the same at the resolution of float, which the double path must not mistake for the middle either
      const float single = static_cast<float>(middle);
      rounds_to(static_cast<double>(std::nextafter(single, 0.0f)), bits);
      rounds_to(static_cast<double>(std::nextafter(single, infinity)), bits + 1);
    }
  }
  CHECK(wrong == 0);
}

TEMPLATE_TEST_CASE("Numbers beyond the format become infinity or zero, with their sign", "[core]", bfloat16, half) {
  const double largest = by_definition<TestType>(infinity_bits<TestType> - 1);
  CHECK(TestType(largest).bits() == infinity_bits<TestType> - 1);
  for (double huge : {2 * largest, 1e39, 1e300, std::numeric_limits<double>::infinity()}) {
    CHECK(TestType(huge).bits() == infinity_bits<TestType>);
    CHECK(TestType(-huge).bits() == (infinity_bits<TestType> | 0x8000));
  }
  for (double tiny : {1e-46, 1e-200, std::numeric_limits<double>::denorm_min(), 0.0}) {
    CHECK(TestType(tiny).bits() == 0);
    CHECK(TestType(-tiny).bits() == 0x8000);
  }
  CHECK(TestType(infinity).bits() == infinity_bits<TestType>);
  CHECK(TestType(-0.0f).bits() == 0x8000);
}

TEMPLATE_TEST_CASE("NaN stays NaN, also when all its set bits are among those cut", "[core]", bfloat16, half) {
  for (std::uint32_t payload : {0x400000u, 0x1u, 0x1000u, 0x7fffffu}) {
    CHECK(std::isnan(TestType(std::bit_cast<float>(0x7f800000u | payload))));
    CHECK(std::isnan(TestType(std::bit_cast<float>(0xff800000u | payload))));
  }
  for (std::uint64_t payload : {std::uint64_t{1}, std::uint64_t{1} << 30, std::uint64_t{1} << 51})
    CHECK(std::isnan(TestType(std::bit_cast<double>(0x7ff0000000000000u | payload))));
  CHECK_FALSE(TestType(std::nan("")) == TestType(std::nan("")));
  CHECK(TestType(0.0f) == TestType(-0.0f));
  CHECK(TestType(1.0f) < TestType(1.5f));
}

#if defined(__FLT16_MAX__) && defined(__x86_64__)  // g++ 12 has _Float16 in C++ there only
TEST_CASE("half agrees with the compiler's own binary16 on two million floats and doubles", "[core]") {
  int wrong = 0;
  for (std::uint64_t i = 0; i < 2'000'000; ++i) {
    const auto single = std::bit_cast<float>(static_cast<std::uint32_t>(pattern(i)));
    // a double near half's range: its 11 exponent bits are drawn around 1023
    const std::uint64_t drawn = pattern(~i), exponent = 1023 - 28 + (drawn >> 52) % 48;
    const auto number = std::bit_cast<double>((drawn & 0x800fffffffffffffu) | (exponent << 52));
    const auto same = [](half ours, _Float16 theirs) {
      return std::isnan(ours) || ours.bits() == std::bit_cast<std::uint16_t>(theirs);
    };
    wrong += !same(half(single), static_cast<_Float16>(single)) + !same(half(number), static_cast<_Float16>(number));
    wrong += std::isnan(half(single)) != std::isnan(single);
  }
  CHECK(wrong == 0);
}
#endif

TEST_CASE("A double is rounded once, not first to float", "[core]") {
  // just above the middle of two neighbours, by less than a float can tell
  CHECK(static_cast<float>(bfloat16(1 + 0x1p-8 + 0x1p-40)) == 1 + 0x1p-7f);
  CHECK(static_cast<float>(bfloat16(1 + 0x1p-8)) == 1);
  CHECK(static_cast<float>(half(1 + 0x1p-11 + 0x1p-40)) == 1 + 0x1p-10f);
  CHECK(static_cast<float>(half(1 + 0x1p-11)) == 1);
}

TEST_CASE("Two-byte numbers are computed with in float, the others in themselves", "[core]") {
  STATIC_REQUIRE(std::is_same_v<mixcon::accumulate_t<bfloat16>, float>);
  STATIC_REQUIRE(std::is_same_v<mixcon::accumulate_t<const half>, float>);
  STATIC_REQUIRE(std::is_same_v<mixcon::accumulate_t<float>, float>);
  STATIC_REQUIRE(std::is_same_v<mixcon::accumulate_t<double>, double>);
  STATIC_REQUIRE(std::is_same_v<mixcon::accumulate_t<long double>, long double>);
  STATIC_REQUIRE((mixcon::Storable<half> && mixcon::Storable<bfloat16> && mixcon::Storable<float>));
  STATIC_REQUIRE((mixcon::Storable<long double> && !mixcon::Storable<int> && !mixcon::Storable<half*>));
}

TEST_CASE("A view of two-byte numbers reads as floats and is written with an explicit conversion", "[core]") {
  half stored[4] = {half(0.5f), half(1.0f), half(-2.0f), half(65504.0f)};
  const mixcon::matrix_view<half> z{stored, {2, 2}};
  float sum = 0;
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 2; ++j) sum += z(i, j);
  CHECK(sum == 65503.5f);
  z(1, 1) = half(z(1, 0) * z(0, 0));
  CHECK(static_cast<float>(stored[3]) == -1);
}
