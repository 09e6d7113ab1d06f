// SPDX-License-Identifier: BSD-3-Clause
#pragma once

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
  std::vector<std::pair<std::string, std::string>> facts{};  ///< settings, machine, version: name and value
  std::vector<score_row> scores{};
  std::vector<point> loss{}, rate{};  ///< over steps
  double chance = 0;                  ///< the loss of embeddings that know nothing; 0: not known
  struct epoch_health {
    double epoch = 0;
    health measured{};
  };
  std::vector<epoch_health> epochs{};
  std::vector<std::uint8_t> sheet{};  ///< PNG of mixed images; empty: none
  std::vector<series> embeddings{};   ///< test embeddings in two dimensions, a series a class
  double shown_variance = 0;          ///< share of the variance that these two dimensions have
};

/// The report as one HTML page that needs no other file.
std::string report_html(const report_content& content);

/// Rows (N, D) in the two directions of most variance, and the share of the variance that they have. Directions are
/// turned so that their largest entry is positive.
struct plane {
  std::vector<point> points{};
  double share = 0;
};
plane principal_plane(const std::vector<float>& rows, index_t width);

}  // namespace report
}  // namespace mixcon_train
