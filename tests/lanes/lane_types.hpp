// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/number/lanes.hpp>

#include <algorithm>
#include <cmath>
#include <random>

namespace mixcon_test {

using mixcon::index_t;
using mixcon::lanes;
using mixcon::native_lanes;

/// The lane types that every test here runs on, for TEMPLATE_TEST_CASE.
#define MIXCON_LANE_TYPES                                                                              \
  native_lanes<float>, native_lanes<double>, (lanes<float, 4>), (lanes<float, 8>), (lanes<float, 16>), \
      (lanes<double, 4>)

template <class L>
constexpr int width_of = mixcon::lane_count<L>();

/// Whether this processor has the instructions of such lanes: with g++ those of 64 bytes are AVX-512's, whatever the
/// flags. A test returns without it.
template <class L>
bool processor_has() {
  if constexpr (mixcon::vectors::has_mask_bits<mixcon::scalar_of<L>, width_of<L>>)
    return mixcon::detail::instruction_set_of_processor() == mixcon::instruction_set::avx512;
  else
    return true;
}

/// How far lanes may be from a plain number, relative to 1 or the number: they round exponentials differently.
template <class L>
constexpr double lane_tolerance = sizeof(mixcon::scalar_of<L>) == 4 ? 2e-6 : 1e-14;

inline bool close(double found, double expected, double tolerance) {
  if (std::isnan(expected)) return std::isnan(found);
  if (found == expected) return true;  // infinities too
  return std::abs(found - expected) <= tolerance * std::max(1.0, std::abs(expected));
}

/// Numbers and choices, the same on every run.
class random_source {
 public:
  explicit random_source(unsigned seed) : bits_(seed) {}
  double number(double from, double to) { return from + (to - from) * static_cast<double>(bits_() >> 8U) / 16777216.0; }
  index_t integer(index_t from, index_t to) {
    return from + static_cast<index_t>(bits_() % static_cast<unsigned>(to - from + 1));
  }
  bool chance(double probability) { return number(0, 1) < probability; }

 private:
  std::mt19937 bits_;
};

}  // namespace mixcon_test
