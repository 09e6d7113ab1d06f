// SPDX-License-Identifier: BSD-3-Clause
// Also under AddressSanitizer and ThreadSanitizer.
#include "gpu/emulator/kernel_run.hpp"

#include "gpu/ring_product.cuh"
#include "support/catch.hpp"

#include <cmath>
#include <random>

using namespace mixcon::gpu;
using mixcon_test::device_array;
using mixcon_test::ring_sizes;

namespace {

template <class Element>
std::vector<Element> numbers(int rows, unsigned seed) {
  std::mt19937 bits(seed);
  std::vector<Element> all;
  for (int k = 0; k < rows * ring_sizes::width; ++k)
    all.push_back(Element(std::ldexp(static_cast<double>(bits() >> 12U), -21) - 0.25));
  return all;
}

template <class Element>
void check_sizes(int n, int m) {
  INFO(n << " x " << m);
  const auto a = numbers<Element>(n, 1), b = numbers<Element>(m, 2);
  std::vector<double> expected;
  for (int i = 0; i < n; ++i) {
    double sum = 0;
    for (int j = 0; j < m; ++j) {
      double dot = 0;
      for (int k = 0; k < ring_sizes::width; ++k)
        dot += static_cast<double>(static_cast<float>(a[static_cast<std::size_t>(i * ring_sizes::width + k)])) *
               static_cast<double>(static_cast<float>(b[static_cast<std::size_t>(j * ring_sizes::width + k)]));
      sum += std::exp2(dot);
    }
    expected.push_back(sum);
  }
  const device_array<Element> left(a), right(b);
  std::vector<float> first;
  for (const auto& how : emulated::every_order()) {
    const device_array<float> out(static_cast<std::size_t>(n));  // NaN at first
    emulated::the_counts() = {};
    const status done = launch<&mixcon_test::ring_product<Element>>(
        blocks_of(n, ring_sizes::rows), ring_sizes::threads, ring_sizes::shared_bytes, &how,
        static_cast<const Element*>(left.data()), static_cast<const Element*>(right.data()), n, m, out.data());
    REQUIRE(done.ok());
    CHECK(emulated::the_counts().bank_conflicts == 0);
    if (first.empty()) first = out.host();
    CHECK(out.host() == first);
  }
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(static_cast<double>(first[i]) == Approx(expected[i]).epsilon(1e-5));
}

}  // namespace

TEST_CASE("A ring of tiles on tensor cores agrees with a naive sum, at the edges of tiles", "[gpu]") {
  check_sizes<mixcon::bfloat16>(1, 1);
  check_sizes<mixcon::bfloat16>(63, 67);
  check_sizes<mixcon::half>(33, 64 * 6);  // stages + 3 tiles: each stage is used twice
}
