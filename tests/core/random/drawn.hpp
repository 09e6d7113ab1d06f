// SPDX-License-Identifier: BSD-3-Clause
// What tests of samplers share: many draws and their moments, and bits that a test wrote down.
#pragma once

#include <mixcon/core/random/philox.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

namespace mixcon_test {

/// One draw a sample: draws of a stream and draws of neighbouring streams are both used.
template <class Draw>
std::vector<double> draws(int count, Draw draw) {
  std::vector<double> list;
  for (int i = 0; i < count; i += 10) {
    mixcon::philox_stream stream(2024, 1, 0, i);
    for (int repeat = 0; repeat < 10; ++repeat) list.push_back(draw(stream));
  }
  return list;
}

struct moments {
  double mean = 0, variance = 0, third = 0, fourth = 0;  // all but the mean about the mean
};

inline moments moments_of(const std::vector<double>& list) {
  moments of;
  const auto n = static_cast<double>(list.size());
  for (const double x : list) of.mean += x / n;
  for (const double x : list) {
    const double from_mean = x - of.mean;
    of.variance += std::pow(from_mean, 2) / n;
    of.third += std::pow(from_mean, 3) / n;
    of.fourth += std::pow(from_mean, 4) / n;
  }
  return of;
}

/// Five standard deviations of a share of n draws.
inline double margin_of_share(double share, double n) { return 5 * std::sqrt(share * (1 - share) / n); }

/// Bits that a test wrote down.
struct given_bits {
  std::vector<std::uint64_t> left;
  std::uint64_t next_u64() {
    REQUIRE(!left.empty());
    const std::uint64_t bits = left.front();
    left.erase(left.begin());
    return bits;
  }
  std::uint32_t next_u32() { return static_cast<std::uint32_t>(next_u64()); }
};

}  // namespace mixcon_test
