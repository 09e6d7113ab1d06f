// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation/score_table.hpp"

#include "files/html.hpp"

#include <algorithm>

namespace mixcon_train {
inline namespace evaluation {

namespace {

std::string cell(const std::optional<double>& share, std::size_t width) {
  std::string text = share ? written(100 * *share, 1) : "-";
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

}  // namespace

std::string written_table(const std::vector<score_row>& rows) {
  std::size_t widest = 7;
  bool any_classifier = false;
  for (const score_row& row : rows) {
    widest = std::max(widest, row.name.size());
    any_classifier = any_classifier || row.classifier;
  }
  const auto padded = [&](const std::string& text) { return text + std::string(widest - text.size(), ' '); };
  std::string table =
      padded("encoder") + "  SGD linear   5-NN  ridge" + (any_classifier ? "  classifier   ECE" : "") + "\n";
  for (const score_row& row : rows) {
    table += padded(row.name) + cell(row.linear, 12) + cell(row.neighbours, 7) + cell(row.ridge, 7);
    if (any_classifier) table += cell(row.classifier, 12) + cell(row.calibration, 6);
    table += row.note.empty() ? "\n" : "  " + row.note + "\n";
  }
  return table;
}

std::vector<score_row> recorded_scores() {
  const std::string note = "recorded: PyTorch pilot, one seed, bf16, 4687 steps of batch 64, 0.6 M images";
  return {{.name = "SupCon, recorded", .linear = 0.919, .neighbours = 0.923, .ridge = 0.910, .note = note},
          {.name = "cross entropy, recorded",
           .linear = 0.926,
           .neighbours = 0.927,
           .ridge = 0.907,
           .classifier = 0.923,
           .note = "recorded: PyTorch pilot, one seed, bf16, 9375 steps of batch 64, 0.6 M images"}};
}

}  // namespace evaluation
}  // namespace mixcon_train
