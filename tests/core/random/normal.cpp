// SPDX-License-Identifier: BSD-3-Clause
// The two samplers of normal numbers.
#include <mixcon/core/random/normal.hpp>

#include <mixcon/core/random/philox.hpp>
#include <mixcon/core/random/uniform.hpp>
#include <mixcon/core/random/ziggurat.hpp>

#include "core/random/drawn.hpp"
#include "support/catch.hpp"
#include "support/distributions.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

using namespace mixcon;
using namespace mixcon_test;

namespace {

template <class Draw>
void check_normal(Draw draw) {
  const auto list = draws(100000, draw);
  CHECK(kolmogorov_smirnov(list, normal_distribution) > 1e-3);
  const auto seen = moments_of(list);
  const double n = 100000;
  CHECK(seen.mean == Approx(0).margin(5 * std::sqrt(1 / n)));
  CHECK(seen.variance == Approx(1).margin(5 * std::sqrt(2 / n)));
  CHECK(seen.third == Approx(0).margin(5 * std::sqrt(15 / n)));
  CHECK(seen.fourth == Approx(3).margin(5 * std::sqrt(96 / n)));

  const int count = 1000000;
  for (const double from : {2.5, 3.5, 4.0}) {
    int far = 0;
    for (const double x : draws(count, draw)) far += std::abs(x) > from ? 1 : 0;
    const double share = 2 * normal_distribution(-from);
    CHECK(far / double{count} == Approx(share).margin(margin_of_share(share, count)));
  }
}

}  // namespace

TEST_CASE("normal is normal, and has its tails", "[random]") {
  check_normal([](auto& s) { return normal(s); });
}

TEST_CASE("normal refuses points outside the circle and on its edge", "[random]") {
  const std::uint64_t corner = ~std::uint64_t{0}, centre = std::uint64_t{1} << 63 | std::uint64_t{1} << 31;
  const std::uint64_t edge =
      std::uint64_t{0xffe8f113} << 32 | 0x84cd124f;  // inside by 423 / 2^63, which rounds to none
  given_bits bits{{corner, edge, centre}};
  const double expected = std::sqrt(-2 * std::log(0x1p-63) / 0x1p-63) * 0x1p-32;  // across = up = 2^-32
  CHECK(normal(bits) == Approx(expected).epsilon(1e-15));
}

TEST_CASE("ziggurat is normal, and has its tails", "[random]") {
  check_normal([](auto& s) { return ziggurat::shared()(s); });
}

namespace {

constexpr std::uint64_t middle = std::uint64_t{1}
                                 << 31;  // half of a layer's width: below the density in layers 0 .. 200
constexpr std::uint64_t outermost = 0xFFFFFE00;
constexpr double last_edge = 3.6541528853610088, area = 0.00492867323399;

double density(double x) { return std::exp(-x * x / 2); }

/// The outer edges of the layers, from the lowest to the top, where the last inner edge is 0.
std::vector<double> edges() {
  std::vector<double> edge{area / density(last_edge), last_edge};
  while (edge.size() < 256) edge.push_back(std::sqrt(-2 * std::log(area / edge.back() + density(edge.back()))));
  edge.push_back(0);
  return edge;
}

}  // namespace

TEST_CASE("ziggurat takes the sign from a bit of its own, and beyond the last edge it draws the tail", "[random]") {
  given_bits signs{{middle | 100, middle | 0x100 | 100}};
  const double positive = ziggurat::shared()(signs);
  CHECK(positive == Approx(edges()[100] / 2));
  CHECK(ziggurat::shared()(signs) == -positive);
  given_bits tail{{outermost, std::uint64_t{1} << 63, std::uint64_t{1} << 63}};
  CHECK(ziggurat::shared()(tail) == Approx(last_edge + std::log(2.0) / last_edge));
}

TEST_CASE("ziggurat keeps a point where it lies below the density, and else asks again", "[random]") {
  const std::vector<double> edge = edges();
  given_bits fallback{{middle | 100}};
  const double other = ziggurat::shared()(fallback);
  philox_stream bits(8, 0, 0, 0);
  int kept = 0, refused = 0;
  for (int trial = 0; trial < 60000; ++trial) {
    const auto layer = static_cast<std::size_t>(1 + uniform_integer(bits, 255));
    const double inner = edge[layer + 1], outer = edge[layer];
    const double share = (inner + (outer - inner) * uniform(bits)) / outer;  // between the edges, where all is decided
    const auto point = static_cast<std::uint64_t>(share * 0x1p23);
    const double x = static_cast<double>(point) * 0x1p-23 * outer;
    const std::uint64_t up = bits.next_u64();
    const double bottom = density(outer), top = layer == 255 ? 1 : density(inner);
    const double above = bottom + (top - bottom) * static_cast<double>(up >> 11) * 0x1p-53 - density(x);
    if (std::abs(above) < 1e-12 || x <= inner) continue;  // too near to say
    given_bits given{{point << 9 | layer, up, middle | 100}};
    INFO("layer " << layer << ", point " << point << ", " << above << " above the density");
    REQUIRE(ziggurat::shared()(given) == Approx(above < 0 ? x : other).epsilon(1e-13));
    ++(above < 0 ? kept : refused);
  }
  CHECK(kept > 20000);
  CHECK(refused > 20000);
}
