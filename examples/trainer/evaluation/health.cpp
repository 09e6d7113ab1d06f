// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation/health.hpp"

#include "evaluation/symmetric_matrix.hpp"

#include <mixcon/core/require.hpp>

#include <cmath>

namespace mixcon_train {
inline namespace evaluation {

namespace {

double squared_distance(const double* a, const double* b, index_t width) {
  double sum = 0;
  for (index_t d = 0; d < width; ++d) sum += (a[d] - b[d]) * (a[d] - b[d]);
  return sum;
}

std::vector<double> rows_of_length_1(const std::vector<float>& embeddings, index_t width) {
  std::vector<double> rows(embeddings.begin(), embeddings.end());
  for (double* row = rows.data(); row != rows.data() + rows.size(); row += width) {
    double square = 0;
    for (index_t d = 0; d < width; ++d) square += row[d] * row[d];
    const double scale = square > 0 ? 1 / std::sqrt(square) : 0;
    for (index_t d = 0; d < width; ++d) row[d] *= scale;
  }
  return rows;
}

}  // namespace

covariance covariance_of(const float* rows, index_t count, index_t width) {
  covariance moments{std::vector<double>(static_cast<std::size_t>(width)),
                     std::vector<double>(static_cast<std::size_t>(width * width))};
  for (index_t i = 0; i < count; ++i)
    for (index_t d = 0; d < width; ++d)
      moments.mean[static_cast<std::size_t>(d)] +=
          static_cast<double>(rows[i * width + d]) / static_cast<double>(count);
  std::vector<double> apart(static_cast<std::size_t>(width));
  for (index_t i = 0; i < count; ++i) {
    for (std::size_t d = 0; d < apart.size(); ++d)
      apart[d] = static_cast<double>(rows[i * width + static_cast<index_t>(d)]) - moments.mean[d];
    for (std::size_t d = 0; d < apart.size(); ++d)
      for (std::size_t e = 0; e < apart.size(); ++e)
        moments.matrix[d * apart.size() + e] += apart[d] * apart[e] / static_cast<double>(count);
  }
  return moments;
}

health health_of(const std::vector<float>& embeddings, index_t width, index_t views) {
  const index_t rows = width > 0 ? static_cast<index_t>(embeddings.size()) / width : 0;
  MIXCON_REQUIRE(
      views >= 1 && rows >= 2 && rows % views == 0 && rows * width == static_cast<index_t>(embeddings.size()),
      "health_of: ", embeddings.size(), " numbers for width ", width, " and ", views,
      " views; expected two rows at least, and as many of every view.");
  const std::vector<double> z = rows_of_length_1(embeddings, width);
  const index_t samples = rows / views;
  health found;
  for (index_t v = 1; v < views; ++v)
    for (index_t i = 0; i < samples; ++i)
      found.alignment += squared_distance(z.data() + i * width, z.data() + (v * samples + i) * width, width) /
                         static_cast<double>((views - 1) * samples);
  double sum = 0;
  for (index_t a = 0; a < rows; ++a)
    for (index_t b = 0; b < a; ++b)
      sum += std::exp(-2 * squared_distance(z.data() + a * width, z.data() + b * width, width));
  found.uniformity = std::log(sum / (static_cast<double>(rows) * static_cast<double>(rows - 1) / 2));

  for (index_t d = 0; d < width; ++d) {
    double mean = 0, square = 0;
    for (index_t i = 0; i < rows; ++i) mean += z[static_cast<std::size_t>(i * width + d)] / static_cast<double>(rows);
    for (index_t i = 0; i < rows; ++i) {
      const double apart = z[static_cast<std::size_t>(i * width + d)] - mean;
      square += apart * apart / static_cast<double>(rows);
    }
    found.deviation += std::sqrt(square) / static_cast<double>(width);
  }

  const std::vector<double> values =
      eigen_system_of(covariance_of(embeddings.data(), rows, width).matrix, width).values;
  double total = 0, entropy = 0;
  for (const double value : values) total += value > 0 ? value : 0;
  for (const double value : values)
    if (value > 0) entropy -= value / total * std::log(value / total);
  found.effective_rank = std::exp(entropy);
  return found;
}

}  // namespace evaluation
}  // namespace mixcon_train
