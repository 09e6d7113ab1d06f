// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

#include <cstddef>
#include <vector>

namespace mixcon_train {
inline namespace evaluation {

using mixcon::index_t;

/// What an encoder says about samples: rows (N, D), and the class of each.
struct features {
  index_t width = 0;
  std::vector<float> rows{};  ///< (N, D)
  std::vector<int> labels{};  ///< (N), 0 .. classes - 1

  index_t samples() const { return static_cast<index_t>(labels.size()); }
  float* row(index_t sample) { return rows.data() + sample * width; }
  const float* row(index_t sample) const { return rows.data() + sample * width; }
  int label(index_t sample) const { return labels[static_cast<std::size_t>(sample)]; }
};

/// Refuses rows that do not fit the labels, labels outside of [0, classes) and numbers that are not finite; `function`
/// starts the sentence.
void check_features(const features& data, index_t classes, const char* function);

/// Brings every column of `train` to mean 0 and deviation 1, and `test` by the same numbers. A column of one value
/// becomes 0.
void standardise(features& train, features& test);

/// Brings every row to length 1; a row of zeros stays.
void normalise_rows(features& data);

}  // namespace evaluation
}  // namespace mixcon_train
