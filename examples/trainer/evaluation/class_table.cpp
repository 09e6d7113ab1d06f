// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation/class_table.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>

namespace mixcon_train {
inline namespace evaluation {

namespace {

std::optional<double> share(index_t part, index_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::vector<class_row> class_table(const features& scores, const std::vector<std::string>& names) {
  const index_t classes = static_cast<index_t>(names.size());
  MIXCON_REQUIRE(scores.width == classes, "class_table: ", scores.width, " scores a row for ", classes,
                 " names of classes; expected as many.");
  check_features(scores, classes, "class_table");
  std::vector<index_t> counts(names.size() * names.size());  // (K, K): row: the class, column: what it was taken for
  for (index_t i = 0; i < scores.samples(); ++i) {
    const index_t said = std::max_element(scores.row(i), scores.row(i) + classes) - scores.row(i);
    ++counts[static_cast<std::size_t>(scores.label(i) * classes + said)];
  }
  std::vector<class_row> table;
  for (std::size_t c = 0; c < names.size(); ++c) {
    class_row row{.name = names[c]};
    for (std::size_t other = 0; other < names.size(); ++other) {
      const index_t taken = counts[c * names.size() + other];
      row.count += taken;
      row.predicted += counts[other * names.size() + c];
      if (other != c && taken > row.taken_for_count) row.taken_for = names[other], row.taken_for_count = taken;
    }
    const index_t right = counts[c * names.size() + c];
    row.recall = share(right, row.count), row.precision = share(right, row.predicted);
    table.push_back(std::move(row));
  }
  return table;
}

double balanced_accuracy(const std::vector<class_row>& table) {
  double sum = 0, classes = 0;
  for (const class_row& row : table)
    if (row.recall) sum += *row.recall, ++classes;
  return classes > 0 ? sum / classes : 0;
}

}  // namespace evaluation
}  // namespace mixcon_train
