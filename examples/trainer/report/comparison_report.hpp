// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "evaluation/comparison.hpp"

#include <string>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace report {

/// What a page about a comparison says beside its numbers.
struct comparison_content {
  std::string title{};
  std::string measure{};        ///< what the accuracies are of: "SGD linear probe on the backbone"
  std::string early_measure{};  ///< what the histories are of: "5-NN, 500 test samples"
  std::vector<arm_result> arms{};
  comparison found{};
  comparison_options options{};
  std::vector<std::string> left_out{};                       ///< which arms failed, and why: a sentence each
  std::vector<std::pair<std::string, std::string>> facts{};  ///< settings that all arms share: name and value
};

/// One table as text for a terminal, in per cent and points: arm, runs, accuracy with its deviation, expected
/// calibration error where all runs have one, seconds, difference with its interval, p after Holm's correction,
/// verdict, and accuracy at equal time where it is known.
std::string comparison_table(const comparison& found);

/// The same as a table of Markdown.
std::string comparison_markdown(const comparison& found);

/// The same as one HTML page that needs no other file, with the intervals drawn and the accuracy of every run.
std::string comparison_html(const comparison_content& content);

}  // namespace report
}  // namespace mixcon_train
