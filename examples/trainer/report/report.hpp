// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "evaluation/calibration.hpp"
#include "evaluation/class_table.hpp"
#include "evaluation/health.hpp"
#include "evaluation/score_table.hpp"
#include "report/chart.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace report {

/// What a run has to show.
struct report_content {
  std::string title{};
  std::string run{};                                         ///< its identity
  std::string parent{};                                      ///< identity of the run it was forked from; empty: none
  std::vector<std::pair<std::string, std::string>> facts{};  ///< settings, machine, version: name and value
  std::vector<score_row> scores{};
  std::vector<point> loss{}, rate{};  ///< over steps
  std::vector<point> neighbours{};    ///< per cent over steps: 5-NN on a part of the test samples
  double chance = 0;                  ///< the loss of embeddings that know nothing; 0: not known
  struct epoch_health {
    double epoch = 0;
    health measured{};
  };
  std::vector<epoch_health> epochs{};
  std::vector<std::uint8_t> sheet{};     ///< PNG of mixed images; empty: none
  std::string predicted_by{};            ///< what the table of classes and the calibration are of: "linear probe"
  std::vector<class_row> classes{};      ///< empty: no table
  calibration measured{};                ///< no bins: no diagram
  std::vector<series> embeddings{};      ///< test embeddings in two dimensions, a series a class
  double shown_variance = 0;             ///< share of the variance that these two dimensions have
  std::vector<series> neighbourhoods{};  ///< the same samples, placed by t-SNE; empty: not drawn
};

/// The report as one HTML page that needs no other file.
std::string report_html(const report_content& content);

/// Puts into a report what test rows are like: by class probabilities (N, K) the table of classes and the calibration;
/// by features (N, D) where they lie, of at most 2000 rows, by principal directions and by t-SNE (at most 1500 rows:
/// two seconds). `names` (K) are those of the classes.
void add_predictions(const features& probabilities, const std::string& predicted_by,
                     const std::vector<std::string>& names, report_content& to);
void add_embeddings(const features& rows, const std::vector<std::string>& names, report_content& to);

/// Rows (N, D) in the two directions of most variance, and the share of the variance that they have. Directions are
/// turned so that their largest entry is positive.
struct plane {
  std::vector<point> points{};
  double share = 0;
};
plane principal_plane(const std::vector<float>& rows, index_t width);

}  // namespace report
}  // namespace mixcon_train
