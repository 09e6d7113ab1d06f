// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "evaluation/features.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace evaluation {

/// What became of the test rows of one class. A share without anything to divide by is left out.
struct class_row {
  std::string name{};
  index_t count = 0;                  ///< rows of the class
  index_t predicted = 0;              ///< rows that were put into it
  std::optional<double> recall{};     ///< share of its rows that were put into it: the accuracy on the class
  std::optional<double> precision{};  ///< share of the rows put into it that are of it
  std::string taken_for{};            ///< the other class that most of its rows were put into; empty: none
  index_t taken_for_count = 0;        ///< and how many
};

/// A row for each class, by the largest score or probability (N, K) of each sample; among equal ones the class of the
/// lower number. `names` (K).
std::vector<class_row> class_table(const features& scores, const std::vector<std::string>& names);

/// Mean recall over the classes that have rows: accuracy as if all classes were equally large.
double balanced_accuracy(const std::vector<class_row>& table);

}  // namespace evaluation
}  // namespace mixcon_train
