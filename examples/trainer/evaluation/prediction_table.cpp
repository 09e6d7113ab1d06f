// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation/prediction_table.hpp"

#include "evaluation/calibration.hpp"
#include "evaluation/class_table.hpp"
#include "files/html.hpp"
#include "files/text_width.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <optional>

namespace mixcon_train {
inline namespace evaluation {

namespace {

std::string on_the_right(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

std::string per_cent(const std::optional<double>& share) { return share ? written(100 * *share, 1) : "-"; }

}  // namespace

double top_accuracy(const features& scores, index_t most) {
  check_features(scores, scores.width, "top_accuracy");
  MIXCON_REQUIRE(most >= 1, "top_accuracy: the ", most, " largest scores; expected at least one.");
  index_t right = 0;
  for (index_t i = 0; i < scores.samples(); ++i) {
    const float* row = scores.row(i);
    const index_t own = scores.label(i);
    index_t ahead = 0;
    for (index_t c = 0; c < scores.width; ++c) ahead += row[c] > row[own] || (row[c] == row[own] && c < own) ? 1 : 0;
    right += ahead < most ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(scores.samples());
}

std::string written_predictions(const features& probabilities, const std::vector<std::string>& names,
                                const std::string& samples) {
  const std::vector<class_row> table = class_table(probabilities, names);
  std::string text = "accuracy " + per_cent(top_accuracy(probabilities, 1)) + " %";
  if (probabilities.width > 5) text += ", top-5 " + per_cent(top_accuracy(probabilities, 5)) + " %";
  text += ", mean over the classes " + per_cent(balanced_accuracy(table)) + " %";
  text += ", calibration error " + per_cent(calibration_of(probabilities).error) + " %\n\n";
  std::size_t widest = 5;
  for (const class_row& row : table) widest = std::max(widest, width_of(row.name));
  const std::size_t count_width = std::max<std::size_t>(samples.size(), 6) + 2;
  text += padded("class", widest) + on_the_right(samples, count_width) + "  recall  precision  most often taken for\n";
  for (const class_row& row : table) {
    text += padded(row.name, widest) + on_the_right(std::to_string(row.count), count_width);
    text += on_the_right(per_cent(row.recall), 8) + on_the_right(per_cent(row.precision), 11);
    if (row.taken_for_count > 0)
      text.append("  ").append(row.taken_for).append(" (").append(std::to_string(row.taken_for_count)).append(")");
    text += "\n";
  }
  return text;
}

}  // namespace evaluation
}  // namespace mixcon_train
