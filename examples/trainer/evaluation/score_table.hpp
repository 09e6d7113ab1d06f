// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace evaluation {

/// What one encoder reached on the test images, as shares in [0, 1]; what was not measured is left out.
struct score_row {
  std::string name{};
  std::optional<double> linear{}, neighbours{}, ridge{}, classifier{};
  std::optional<double> calibration{};  ///< of the classifier, where there is one: its expected calibration error
  std::string note{};
};

/// The rows as text for a terminal, in per cent with one digit: name, SGD linear, 5-NN, ridge, own classifier
/// and its expected calibration error (ECE), note.
std::string written_table(const std::vector<score_row>& rows);

/// What was recorded of other runs on Fashion-MNIST at 4687 steps, for the table of the default job. One seed each.
std::vector<score_row> recorded_scores();

}  // namespace evaluation
}  // namespace mixcon_train
