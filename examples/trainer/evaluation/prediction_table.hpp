// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "evaluation/features.hpp"

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace evaluation {

/// Share of the rows (N, K) whose class is among their `most` largest scores. Of equal scores the class of the lower
/// number is the larger one.
double top_accuracy(const features& scores, index_t most);

/// What predictions are worth, as text for a terminal: accuracy, that of the five most probable where there are more
/// classes, mean over the classes, calibration error; then a line for each class with its count (of `samples`:
/// "images"), recall, precision, and the class that it is most often taken for. `names` (K).
std::string written_predictions(const features& probabilities, const std::vector<std::string>& names,
                                const std::string& samples);

}  // namespace evaluation
}  // namespace mixcon_train
