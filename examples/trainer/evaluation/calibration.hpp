// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "evaluation/features.hpp"

#include <vector>

namespace mixcon_train {
inline namespace evaluation {

/// Test rows whose confidence, the largest probability of a row, lies in one part of (0, 1].
struct calibration_bin {
  double from = 0, to = 0;  ///< confidence in (from, to]
  index_t count = 0;
  double confidence = 0, accuracy = 0;  ///< means over the rows; 0 without any
};

/// How far confidence is from being right. Guo et al. 2017, arXiv:1706.04599, section 2, eq. 3: the expected
/// calibration error is the mean over rows of |accuracy - confidence| of their bin.
struct calibration {
  std::vector<calibration_bin> bins{};
  double error = 0;                     ///< in [0, 1]; 0: of what is said with confidence p, the share p is right
  double confidence = 0, accuracy = 0;  ///< means over all rows
};

/// Of class probabilities (N, K), each row with the sum 1 up to 1e-3, and the class of each. Among equally large
/// probabilities the class of the lower number is meant.
calibration calibration_of(const features& probabilities, index_t bins = 15);

/// Softmax of class scores (N, K), row by row.
features class_probabilities(features scores);

}  // namespace evaluation
}  // namespace mixcon_train
