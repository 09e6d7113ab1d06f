// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"
#include "evaluation/evaluation.hpp"
#include "run/settings.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace report {

/// What became of a run: the table, test features for the picture, and what is said of the classes of test samples: by
/// the recipe's own classifier where it has one, or by a linear probe on the backbone.
struct judgement {
  std::vector<score_row> scores{};
  features test_backbone{};
  features probabilities{};  ///< (N, K)
  std::string predicted_by{};
};

/// Judges a network in evaluation mode, beside raw pixels and an untrained network of the same settings; on
/// Fashion-MNIST also beside what was recorded of other recipes. Says what it does to `to`, where that is not nullptr.
/// `own_classes`: whether the classes are those of the run; otherwise its classifier is not asked.
judgement judge(network& net, device& on, const settings& chosen, const train_and_test& data, std::FILE* to,
                bool own_classes = true);

/// Writes report.html of a run folder, from what its metrics.jsonl says of this run, and a judgement; the path.
/// `parent` is the run that it was forked from; empty: none. Throws file_error.
std::string write_report(const std::string& folder, const std::string& identity, const std::string& parent,
                         const settings& chosen, const recipe& trained, const train_and_test& data,
                         const judgement& found);

}  // namespace report
}  // namespace mixcon_train
