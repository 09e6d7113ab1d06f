// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "evaluation/features.hpp"

#include <cstdint>

namespace mixcon_train {
inline namespace evaluation {

/// Rows that a probe needs to hold one of them out and learn from the rest.
constexpr index_t least_to_probe = 10;

struct linear_probe_options {
  index_t batch = 256;
  index_t epochs = 20;
  double momentum = 0.9, weight_decay = 1e-4;  // no decay of the bias
  std::uint64_t seed = 0;                      // of the order of rows
};

/// Share of the test rows that a linear softmax classifier on standardised features puts into their class, trained by
/// SGD with momentum and a cosine schedule from zero weights. The step size is the one of 0.3, 0.1, ... 0.001 that does
/// best on every tenth row of `train` after 2 epochs on others (about 12000 where there are more); then all of `train`
/// is used.
struct linear_probe_result {
  double accuracy = 0;
  double step_size = 0;                ///< that was chosen
  std::vector<float> probabilities{};  ///< (N, K) of the test rows: what it says of each class
};
linear_probe_result linear_probe(features train, features test, index_t classes,
                                 const linear_probe_options& options = {});

}  // namespace evaluation
}  // namespace mixcon_train
