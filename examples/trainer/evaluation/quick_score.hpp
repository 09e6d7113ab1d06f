// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "evaluation/features.hpp"

#include <vector>

namespace mixcon_train {
inline namespace evaluation {

/// How many samples a look at a run in progress takes.
struct quick_score_options {
  index_t train = 2000, test = 500;
  index_t neighbours = 5;
};

/// The accuracy of the nearest neighbours on a part of the data, for the line of progress. The part is the same
/// throughout a run, and each class is in it by its share. It decides nothing that a run computes.
class quick_score {
 public:
  quick_score(const std::vector<int>& train_labels, const std::vector<int>& test_labels, index_t classes,
              const quick_score_options& options = {});

  /// The samples to encode, in this order.
  const std::vector<index_t>& train_samples() const { return train_samples_; }
  const std::vector<index_t>& test_samples() const { return test_samples_; }

  /// Share of the test samples whose nearest neighbours mostly are of their class, from rows (n, width) of
  /// train_samples() and test_samples().
  double accuracy(std::vector<float> train_rows, std::vector<float> test_rows, index_t width) const;

 private:
  std::vector<index_t> train_samples_, test_samples_;
  std::vector<int> train_labels_, test_labels_;
  index_t classes_, neighbours_;
};

}  // namespace evaluation
}  // namespace mixcon_train
