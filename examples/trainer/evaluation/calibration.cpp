// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation/calibration.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cmath>

namespace mixcon_train {
inline namespace evaluation {

namespace {

void check_probabilities(const features& data) {
  check_features(data, data.width, "calibration_of");
  for (index_t i = 0; i < data.samples(); ++i) {
    double sum = 0, least = 0;
    for (index_t c = 0; c < data.width; ++c) {
      sum += static_cast<double>(data.row(i)[c]);
      least = std::min(least, static_cast<double>(data.row(i)[c]));
    }
    MIXCON_REQUIRE(least >= 0 && std::fabs(sum - 1) <= 1e-3, "calibration_of: row ", i, " has the sum ", sum,
                   " and the least number ", least,
                   "; expected probabilities, whose sum is 1. Take class_probabilities of scores first.");
  }
}

/// The bin k with confidence in (k / bins, (k + 1) / bins].
index_t bin_of(double confidence, index_t bins) {
  const double place = std::ceil(confidence * static_cast<double>(bins)) - 1;
  return std::clamp<index_t>(static_cast<index_t>(place), 0, bins - 1);
}

}  // namespace

calibration calibration_of(const features& probabilities, index_t bins) {
  MIXCON_REQUIRE(bins >= 1, "calibration_of: ", bins, " bins; expected at least one.");
  check_probabilities(probabilities);
  calibration found;
  for (index_t k = 0; k < bins; ++k)
    found.bins.push_back({.from = static_cast<double>(k) / static_cast<double>(bins),
                          .to = static_cast<double>(k + 1) / static_cast<double>(bins)});
  const double rows = static_cast<double>(probabilities.samples());
  for (index_t i = 0; i < probabilities.samples(); ++i) {
    const float* row = probabilities.row(i);
    const float* best = std::max_element(row, row + probabilities.width);
    const double confidence = static_cast<double>(*best), right = best - row == probabilities.label(i) ? 1 : 0;
    calibration_bin& bin = found.bins[static_cast<std::size_t>(bin_of(confidence, bins))];
    ++bin.count;
    bin.confidence += confidence, bin.accuracy += right;
    found.confidence += confidence / rows, found.accuracy += right / rows;
  }
  for (calibration_bin& bin : found.bins) {
    if (bin.count == 0) continue;
    const double count = static_cast<double>(bin.count);
    bin.confidence /= count, bin.accuracy /= count;
    found.error += count / rows * std::fabs(bin.accuracy - bin.confidence);
  }
  return found;
}

features class_probabilities(features scores) {
  for (index_t i = 0; i < scores.samples(); ++i) {
    float* row = scores.row(i);
    const float top = *std::max_element(row, row + scores.width);
    float sum = 0;
    for (index_t c = 0; c < scores.width; ++c) sum += row[c] = std::exp(row[c] - top);
    for (index_t c = 0; c < scores.width; ++c) row[c] /= sum;
  }
  return scores;
}

}  // namespace evaluation
}  // namespace mixcon_train
