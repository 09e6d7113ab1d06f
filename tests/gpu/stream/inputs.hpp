// SPDX-License-Identifier: BSD-3-Clause
// Rows that a call runs on, in double and exact in float, and the targets that fit them.
#pragma once

#include "support/any_targets.hpp"

#include <mixcon/core/tensor_view.hpp>

#include <cmath>
#include <random>
#include <vector>

namespace mixcon_test {

/// Rows (N, D), row-major.
struct numbers_by_row {
  index_t count = 0, width = 0;
  std::vector<double> data{};

  numbers_by_row() = default;
  numbers_by_row(index_t rows, index_t columns)
      : count(rows), width(columns), data(static_cast<std::size_t>(rows * columns)) {}
  mixcon::matrix_view<double> view() { return {data.data(), {count, width}}; }
  mixcon::matrix_view<const double> view() const { return {data.data(), {count, width}}; }
};
/// Numbers in [-1, 1] that a float holds exactly.
inline numbers_by_row exact_rows(index_t count, index_t width, unsigned seed) {
  numbers_by_row made(count, width);
  std::mt19937 bits(seed);
  for (double& x : made.data) x = std::ldexp(static_cast<double>(bits() >> 12U), -19) - 1.0;
  return made;
}
/// The same in (0, 1).
inline numbers_by_row exact_shares(index_t count, index_t width, unsigned seed) {
  numbers_by_row made = exact_rows(count, width, seed);
  for (double& x : made.data) x = 0.5 + 0.4375 * x;
  return made;
}

/// Anchors (N, D), shared candidates in segments, and k of its own for each anchor (N, k D). Without segments and own
/// ones, the anchors are the candidates.
struct call_rows {
  numbers_by_row anchors;
  std::vector<numbers_by_row> segments{};
  numbers_by_row own{};

  bool mirrors() const { return segments.empty() && own.count == 0; }
  index_t own_count() const { return own.count == 0 ? 0 : own.width / anchors.width; }
  index_t shared_count() const {
    index_t sum = mirrors() ? anchors.count : 0;
    for (const auto& segment : segments) sum += segment.count;
    return sum;
  }
};

/// One targets with rows that it fits.
struct targets_case {
  any_targets targets;
  call_rows rows;
};
/// Every targets of the library, on some rows each: 40 anchors or so, more than a warp has lanes.
const std::vector<targets_case>& every_targets();

}  // namespace mixcon_test
