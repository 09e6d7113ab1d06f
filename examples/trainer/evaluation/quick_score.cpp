// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation/quick_score.hpp"

#include "evaluation/nearest_neighbours.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <numeric>

namespace mixcon_train {
inline namespace evaluation {

namespace {

/// `most` samples, or all there are: evenly spread over the classes, one after the other, and in rising order.
std::vector<index_t> chosen_of(const std::vector<int>& labels, index_t most) {
  const index_t count = static_cast<index_t>(labels.size()), wanted = std::min(most, count);
  std::vector<index_t> by_class(labels.size());
  std::iota(by_class.begin(), by_class.end(), index_t{0});
  std::stable_sort(by_class.begin(), by_class.end(), [&](index_t a, index_t b) {
    return labels[static_cast<std::size_t>(a)] < labels[static_cast<std::size_t>(b)];
  });
  std::vector<index_t> chosen;
  for (index_t k = 0; k < wanted; ++k) chosen.push_back(by_class[static_cast<std::size_t>(k * count / wanted)]);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

std::vector<int> labels_at(const std::vector<int>& labels, const std::vector<index_t>& samples) {
  std::vector<int> found;
  for (const index_t sample : samples) found.push_back(labels[static_cast<std::size_t>(sample)]);
  return found;
}

}  // namespace

quick_score::quick_score(const std::vector<int>& train_labels, const std::vector<int>& test_labels, index_t classes,
                         const quick_score_options& options)
    : train_samples_(chosen_of(train_labels, options.train)),
      test_samples_(chosen_of(test_labels, options.test)),
      train_labels_(labels_at(train_labels, train_samples_)),
      test_labels_(labels_at(test_labels, test_samples_)),
      classes_(classes),
      neighbours_(std::min(options.neighbours, static_cast<index_t>(train_samples_.size()))) {
  MIXCON_REQUIRE(neighbours_ >= 1 && !test_samples_.empty(), "quick_score: ", train_samples_.size(), " training and ",
                 test_samples_.size(), " test samples, ", options.neighbours,
                 " neighbours; expected at least one of each.");
}

double quick_score::accuracy(std::vector<float> train_rows, std::vector<float> test_rows, index_t width) const {
  return nearest_neighbours({.width = width, .rows = std::move(train_rows), .labels = train_labels_},
                            {.width = width, .rows = std::move(test_rows), .labels = test_labels_}, classes_,
                            neighbours_);
}

}  // namespace evaluation
}  // namespace mixcon_train
