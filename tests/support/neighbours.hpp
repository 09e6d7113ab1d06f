// SPDX-License-Identifier: BSD-3-Clause
// What tests of indexes of neighbours share.
#pragma once

#include "support/embeddings.hpp"

#include <mixcon/negatives/negative_list.hpp>

#include <numeric>

namespace mixcon_test {

/// Positions 0 to number - 1.
inline std::vector<index_t> positions(index_t number, index_t first = 0) {
  std::vector<index_t> all(static_cast<std::size_t>(number));
  std::iota(all.begin(), all.end(), first);
  return all;
}

/// Adds rows under the ids first, first + 1, ...
template <class Index, class T>
void add_rows(Index& index, const matrix<T>& rows, index_t first = 0) {
  const auto ids = positions(rows.rows(), first);
  index.add(mixcon::view<2>(rows), ids);
}

template <class T>
void make_unit_rows(matrix<T>& z) {
  for (index_t i = 0; i < z.rows(); ++i) {
    double squared = 0;
    for (index_t x = 0; x < z.width(); ++x) squared += static_cast<double>(z(i, x)) * static_cast<double>(z(i, x));
    for (index_t x = 0; x < z.width(); ++x) z(i, x) = static_cast<T>(static_cast<double>(z(i, x)) / std::sqrt(squared));
  }
}

/// Unit rows around `centres` directions, with the centre of each. Those of one centre lie near each other.
struct gaussian_mixture {
  gaussian_mixture(index_t rows, index_t width, index_t centres, double spread, std::uint64_t seed)
      : points(rows, width) {
    random_numbers draw(seed);
    matrix<float> centre = random_embeddings<float>(centres, width, draw);
    make_unit_rows(centre);
    for (index_t i = 0; i < rows; ++i) {
      label.push_back(static_cast<int>(draw.below(centres)));
      for (index_t x = 0; x < width; ++x)
        points(i, x) = centre(label.back(), x) + static_cast<float>(spread * draw.normal());
    }
    make_unit_rows(points);
  }

  matrix<float> points;
  std::vector<int> label;
};

/// The share of the keys of one list that another has too, for the same anchors.
inline double recall(const mixcon::negative_list& found, const mixcon::negative_list& wanted) {
  index_t all = 0, common = 0;
  for (index_t a = 0; a < wanted.anchors; ++a)
    for (index_t s = 0; s < wanted.slots; ++s) {
      if (wanted.key_of(a, s) < 0) continue;
      ++all;
      for (index_t t = 0; t < found.slots; ++t) common += found.key_of(a, t) == wanted.key_of(a, s) ? 1 : 0;
    }
  return static_cast<double>(common) / static_cast<double>(all);
}

}  // namespace mixcon_test
