// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation/nearest_neighbours.hpp"

#include "evaluation/matrix_product.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <limits>

namespace mixcon_train {
inline namespace evaluation {

namespace {

constexpr index_t asked_block = 256, known_block = 4096;  // their similarities, 4 MiB, stay near the core

struct neighbour {
  float similarity = -std::numeric_limits<float>::infinity();
  index_t sample = -1;
};

/// Puts one into a list that is sorted by falling similarity, and drops the last.
void insert(neighbour* nearest, index_t count, neighbour one) {
  index_t at = count - 1;
  for (; at > 0 && nearest[at - 1].similarity < one.similarity; --at) nearest[at] = nearest[at - 1];
  nearest[at] = one;
}

int elected(const neighbour* nearest, index_t count, const features& train, index_t classes) {
  std::vector<index_t> votes(static_cast<std::size_t>(classes));
  std::vector<float> similarity(static_cast<std::size_t>(classes));
  for (index_t k = 0; k < count; ++k) {
    const std::size_t c = static_cast<std::size_t>(train.label(nearest[k].sample));
    ++votes[c], similarity[c] += nearest[k].similarity;
  }
  std::size_t best = 0;
  for (std::size_t c = 1; c < votes.size(); ++c)
    if (votes[c] > votes[best] || (votes[c] == votes[best] && votes[c] > 0 && similarity[c] > similarity[best]))
      best = c;
  return static_cast<int>(best);
}

}  // namespace

double nearest_neighbours(features train, features test, index_t classes, index_t neighbours) {
  check_features(train, classes, "nearest_neighbours");
  check_features(test, classes, "nearest_neighbours");
  MIXCON_REQUIRE(train.width == test.width, "nearest_neighbours: widths are ", train.width, " and ", test.width,
                 "; expected the same encoder for both.");
  MIXCON_REQUIRE(neighbours >= 1 && neighbours <= train.samples(), "nearest_neighbours: ", neighbours,
                 " neighbours of ", train.samples(), " training rows; expected at least 1 and no more than there are.");
  normalise_rows(train);
  normalise_rows(test);
  std::vector<float> similarities(static_cast<std::size_t>(asked_block * known_block));
  index_t right = 0;
  for (index_t first = 0; first < test.samples(); first += asked_block) {
    const index_t asked = std::min(asked_block, test.samples() - first);
    std::vector<neighbour> nearest(static_cast<std::size_t>(asked * neighbours));
    for (index_t from = 0; from < train.samples(); from += known_block) {
      const index_t known = std::min(known_block, train.samples() - from);
      matrix_product(test.row(first), operand::as_it_is, train.row(from), operand::transposed, asked, known,
                     train.width, similarities.data());
      for (index_t i = 0; i < asked; ++i) {
        neighbour* list = nearest.data() + i * neighbours;
        const float* row = similarities.data() + i * known;
        float least = list[neighbours - 1].similarity;
        for (index_t j = 0; j < known; ++j)
          if (row[j] > least) {
            insert(list, neighbours, {row[j], from + j});
            least = list[neighbours - 1].similarity;
          }
      }
    }
    for (index_t i = 0; i < asked; ++i)
      right += elected(nearest.data() + i * neighbours, neighbours, train, classes) == test.label(first + i);
  }
  return static_cast<double>(right) / static_cast<double>(test.samples());
}

}  // namespace evaluation
}  // namespace mixcon_train
