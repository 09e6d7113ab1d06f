// SPDX-License-Identifier: BSD-3-Clause
// Also under AddressSanitizer and ThreadSanitizer.
// Every rung of cuda/lab, emulated, against its formula in double.
#include "gpu/emulator/kernel_run.hpp"

#include "../../../cuda/lab/ladders.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <random>

using namespace mixcon_lab;
using mixcon_test::device_array;
namespace emulated = mixcon::gpu::emulated;

namespace {

std::vector<bfloat16> rows_of(int count, unsigned seed) {
  std::mt19937 bits(seed);
  std::vector<bfloat16> made;
  for (int k = 0; k < count * width; ++k)
    made.push_back(bfloat16(std::ldexp(static_cast<float>(bits() >> 24U), -9) - 0.25F));
  return made;
}

/// Logarithms and gradients of the formula, in double.
struct expected_rows {
  std::vector<double> log_sums, by_a;
  expected_rows(const std::vector<bfloat16>& a, const std::vector<bfloat16>& c, double scale) {
    const auto entry = [](const std::vector<bfloat16>& of, std::size_t i, std::size_t k) {
      return static_cast<double>(static_cast<float>(of[i * width + k]));
    };
    for (std::size_t i = 0; i < a.size() / width; ++i) {
      std::vector<double> power(c.size() / width), mean(width);
      double sum = 0;
      for (std::size_t j = 0; j < power.size(); ++j) {
        double dot = 0;
        for (std::size_t k = 0; k < width; ++k) dot += entry(a, i, k) * entry(c, j, k);
        power[j] = std::exp2(scale * dot);
        sum += power[j];
        for (std::size_t k = 0; k < width; ++k) mean[k] += power[j] * entry(c, j, k);
      }
      log_sums.push_back(std::log2(sum));
      for (const double x : mean) by_a.push_back(x / sum);
    }
  }
};

/// The largest difference.
double apart(const std::vector<float>& found, const std::vector<double>& expected) {
  double top = found.size() == expected.size() ? 0 : 1e30;
  for (std::size_t k = 0; k < expected.size() && top < 1e30; ++k) {
    const double by = std::abs(static_cast<double>(found[k]) - expected[k]);
    top = by <= top ? top : by;  // NaN counts
    if (std::isnan(by)) return by;
  }
  return top;
}

/// In these of the orders of threads.
void check_rows(int n, int m, const std::vector<std::size_t>& orders) {
  const std::vector<bfloat16> a = rows_of(n, 1), c = rows_of(m, 2);
  const float scale = 2;
  const expected_rows expected(a, c, static_cast<double>(scale));
  const device_array<bfloat16> left(a), right(c);
  const device_array<float> given_sums(std::vector<float>(expected.log_sums.begin(), expected.log_sums.end()));
  row_problem p{left.data(), right.data(), n, m, scale, 20};
  for (const std::size_t order : orders) {
    const auto how = emulated::every_order()[order];
    for (const auto& step : log_sum_exp_ladder) {
      INFO(step.name << ", " << n << " x " << m);
      const device_array<float> sums(static_cast<std::size_t>(n));
      p.log_sums = sums.data();
      emulated::the_counts() = {};
      REQUIRE(step.launch(p, &how).ok());
      CHECK(apart(sums.host(), expected.log_sums) < 2e-5);
      CHECK(emulated::the_counts().bank_conflicts == 0);
      CHECK(emulated::the_counts().launches == 1);
    }
    p.log_sums = given_sums.data();
    for (const auto& step : gradient_ladder) {
      INFO("gradient: " << step.name << ", " << n << " x " << m);
      const device_array<float> by_a(a.size());
      p.by_a = by_a.data();
      emulated::the_counts() = {};
      REQUIRE(step.launch(p, &how).ok());
      CHECK(apart(by_a.host(), expected.by_a) < 1e-3);  // weights rounded to bfloat16, rows of at most 1/4
      CHECK(emulated::the_counts().bank_conflicts == 0);
    }
  }
}

void check_blend(int n, int size) {
  std::mt19937 bits(3);
  std::vector<float> x, lambda;
  std::vector<int> partner;
  std::vector<double> expected;
  for (int k = 0; k < n * size; ++k) x.push_back(static_cast<float>(bits() >> 12U) * 0x1p-19F - 1.0F);
  for (int i = 0; i < n; ++i) {
    partner.push_back((i * 2 + 1) % n);
    lambda.push_back(static_cast<float>(bits() >> 12U) * 0x1p-20F);
  }
  for (int i = 0; i < n; ++i)
    for (int k = 0; k < size; ++k) {
      const auto own = static_cast<double>(lambda[static_cast<std::size_t>(i)]);
      const auto entry = [&](int row) { return static_cast<double>(x[static_cast<std::size_t>(row * size + k)]); };
      expected.push_back(own * entry(i) + (1 - own) * entry(partner[static_cast<std::size_t>(i)]));
    }
  const device_array<float> samples(x), shares(lambda);
  const device_array<int> partners(partner);
  for (const auto& how : emulated::every_order())
    for (const auto& step : blend_ladder) {
      const std::string name = step.name;
      if (size % 4 != 0 && (name == "sixteen bytes" || name == "ring")) continue;
      INFO(name << ", " << n << " x " << size);
      const device_array<float> mixed(x.size());
      REQUIRE(step.launch({samples.data(), partners.data(), shares.data(), mixed.data(), n, size}, &how).ok());
      CHECK(apart(mixed.host(), expected) < 2e-7);
    }
}

}  // namespace

TEST_CASE("Every rung of the ladders over rows agrees with the formula", "[gpu]") {
  check_rows(1, 1, {2});
  check_rows(65, 67, {0, 4});
  check_rows(3, 64 * 6, {1, 3});  // stages + 3 tiles: each stage of the ring is used twice
}

TEST_CASE("Every rung of the ladder of blends agrees with the formula", "[gpu]") {
  check_blend(3, 4);
  check_blend(2, 512 * 7 + 4);  // stages + 3 pieces, and a part of one
  check_blend(3, 515);
}
