// SPDX-License-Identifier: BSD-3-Clause
// t-SNE: its divergence by the formulas written out, its minimum found, groups kept apart, and the same bits again.
#include "evaluation/tsne.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace mixcon_train;

namespace {

/// Rows around `groups` centres; row i is of group i % groups.
std::vector<float> clouds(index_t count, index_t width, index_t groups, float apart) {
  std::mt19937 random(4);
  std::normal_distribution<float> normal;
  std::vector<float> centres, rows;
  for (index_t k = 0; k < groups * width; ++k) centres.push_back(apart * normal(random));
  for (index_t i = 0; i < count; ++i)
    for (index_t d = 0; d < width; ++d)
      rows.push_back(centres[static_cast<std::size_t>(i % groups * width + d)] + normal(random));
  return rows;
}

double squared_distance(const std::vector<float>& rows, index_t width, index_t i, index_t j) {
  double sum = 0;
  for (index_t d = 0; d < width; ++d) {
    const double apart = static_cast<double>(rows[static_cast<std::size_t>(i * width + d)]) -
                         static_cast<double>(rows[static_cast<std::size_t>(j * width + d)]);
    sum += apart * apart;
  }
  return sum;
}

/// Equations 1 to 5 of the paper, with the width of each Gaussian found by halving.
double divergence(const std::vector<float>& rows, index_t width, const std::vector<float>& places, double perplexity) {
  const index_t count = static_cast<index_t>(rows.size()) / width;
  const std::size_t size = static_cast<std::size_t>(count);
  std::vector<std::vector<double>> p(size, std::vector<double>(size)), q = p;
  for (index_t i = 0; i < count; ++i) {
    const std::size_t row = static_cast<std::size_t>(i);
    double low = 0, high = 1e3;
    for (int trial = 0; trial < 200; ++trial) {
      const double sharpness = (low + high) / 2;
      double total = 0, entropy = 0;
      for (index_t j = 0; j < count; ++j) {
        p[row][static_cast<std::size_t>(j)] =
            j == i ? 0 : std::exp(-sharpness * squared_distance(rows, width, i, j) + sharpness);
        total += p[row][static_cast<std::size_t>(j)];
      }
      for (double& share : p[row]) {
        share /= total;
        if (share > 0) entropy -= share * std::log2(share);
      }
      (std::exp2(entropy) > perplexity ? low : high) = sharpness;
    }
  }
  double z = 0, sum = 0;
  for (index_t i = 0; i < count; ++i)
    for (index_t j = 0; j < count; ++j)
      if (j != i)
        z += q[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)] = 1 / (1 + squared_distance(places, 2, i, j));
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j) {
      const double joint = (p[i][j] + p[j][i]) / (2 * static_cast<double>(count));
      if (joint > 0) sum += joint * std::log(joint / (q[i][j] / z));
    }
  return sum;
}

}  // namespace

TEST_CASE("t-SNE's divergence is that of its equations", "[examples]") {
  const std::vector<float> rows = clouds(40, 3, 2, 1);
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> places(80);
  for (float& place : places) place = normal(random);
  const double found = tsne_divergence(rows, 3, places, 8);
  CHECK(found == Approx(divergence(rows, 3, places, 8)).epsilon(1e-4));
  CHECK(found > 0.5);
}

TEST_CASE("t-SNE ends where no place can be moved to gain much", "[examples]") {
  const std::vector<float> rows = clouds(60, 4, 3, 2);
  const std::vector<float> places = tsne(rows, 4, {.perplexity = 10, .steps = 1500});
  const double found = tsne_divergence(rows, 4, places, 10);
  CHECK(found < 0.3);
  for (std::size_t k = 0; k < places.size(); k += 7)
    for (const float step : {-0.5F, 0.5F}) {
      std::vector<float> moved = places;
      moved[k] += step;
      CHECK(tsne_divergence(rows, 4, moved, 10) > found - 2e-4);
    }
}

TEST_CASE("t-SNE puts rows beside rows of their group, the same way again, and another seed another way",
          "[examples]") {
  const index_t count = 200;
  const std::vector<float> rows = clouds(count, 10, 4, 3);
  const std::vector<float> places = tsne(rows, 10, {.steps = 400, .seed = 3});
  index_t kept = 0;
  for (index_t i = 0; i < count; ++i) {
    index_t nearest = i == 0 ? 1 : 0;
    for (index_t j = 0; j < count; ++j)
      if (j != i && squared_distance(places, 2, i, j) < squared_distance(places, 2, i, nearest)) nearest = j;
    kept += nearest % 4 == i % 4;
  }
  CHECK(kept >= 198);
  CHECK(tsne(rows, 10, {.steps = 400, .seed = 3}) == places);
  CHECK(tsne(rows, 10, {.steps = 400, .seed = 4}) != places);
}

TEST_CASE("t-SNE bears few rows and equal ones, and refuses what is not finite or too much", "[examples]") {
  for (const index_t count : {1, 2, 3, 5}) {
    const std::vector<float> places = tsne(std::vector<float>(static_cast<std::size_t>(count * 2), 1.5F), 2);
    REQUIRE(static_cast<index_t>(places.size()) == 2 * count);
    for (const float place : places) CHECK(std::isfinite(place));
  }
  std::vector<float> rows = clouds(30, 2, 2, 100000);
  for (const float place : tsne(rows, 2)) CHECK(std::isfinite(place));
  rows[7] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(tsne(rows, 2), std::invalid_argument);
  CHECK_THROWS_AS(tsne(std::vector<float>(2 * 2001), 2), std::invalid_argument);
  CHECK_THROWS_AS(tsne({1, 2, 3}, 2), std::invalid_argument);
}
