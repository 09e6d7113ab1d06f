// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation/tsne.hpp"

#include <mixcon/core/require.hpp>
#include <mixcon/mix/draw/draws.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace mixcon_train {
inline namespace evaluation {

namespace {

constexpr index_t most_rows = 2000;

index_t count_of(const std::vector<float>& rows, index_t width) {
  const index_t count = width > 0 ? static_cast<index_t>(rows.size()) / width : 0;
  MIXCON_REQUIRE(count >= 1 && count * width == static_cast<index_t>(rows.size()) && count <= most_rows,
                 "tsne: ", rows.size(), " numbers for width ", width, "; expected 1 to ", most_rows, " whole rows.");
  MIXCON_REQUIRE(std::all_of(rows.begin(), rows.end(), [](float x) { return std::isfinite(x); }),
                 "tsne: a row holds a number that is not finite; did training diverge?");
  return count;
}

/// (N, N)
std::vector<float> squared_distances(const std::vector<float>& rows, index_t count, index_t width) {
  std::vector<float> squares(static_cast<std::size_t>(count * count));
  for (index_t i = 0; i < count; ++i)
    for (index_t j = 0; j < i; ++j) {
      const float *a = rows.data() + i * width, *b = rows.data() + j * width;
      float sum = 0;
#pragma omp simd reduction(+ : sum)
      for (index_t d = 0; d < width; ++d) sum += (a[d] - b[d]) * (a[d] - b[d]);
      squares[static_cast<std::size_t>(i * count + j)] = squares[static_cast<std::size_t>(j * count + i)] = sum;
    }
  return squares;
}

/// How likely row i picks each other row as its neighbour: a Gaussian whose width gives the entropy log(perplexity).
void pick_neighbours(const float* squares, index_t i, index_t count, double perplexity, std::vector<double>& share) {
  double least = std::numeric_limits<double>::infinity(), sharpness = 1;
  double low = 0, high = 0;  // high: 0 while nothing was too sharp
  for (index_t j = 0; j < count; ++j)
    if (j != i) least = std::min(least, static_cast<double>(squares[j]));
  double mean = 0;
  for (index_t j = 0; j < count; ++j) mean += (static_cast<double>(squares[j]) - least) / static_cast<double>(count);
  if (mean > 0) sharpness = 1 / mean;
  for (int trial = 0; trial < 60; ++trial) {
    double total = 0, energy = 0;
    for (index_t j = 0; j < count; ++j) {
      const double above = static_cast<double>(squares[j]) - least, weight = j == i ? 0 : std::exp(-sharpness * above);
      share[static_cast<std::size_t>(j)] = weight;
      total += weight, energy += weight * above;
    }
    for (double& one : share) one /= total;
    const double entropy = std::log(total) + sharpness * energy / total, wanted = std::log(perplexity);
    if (std::fabs(entropy - wanted) < 1e-5) return;
    (entropy > wanted ? low : high) = sharpness;
    sharpness = high == 0 ? 2 * sharpness : (low + high) / 2;
  }
}

/// Symmetric neighbourhoods P (N, N): the sum is 1.
std::vector<float> neighbourhoods(const std::vector<float>& rows, index_t count, index_t width, double perplexity) {
  const std::vector<float> squares = squared_distances(rows, count, width);
  const double most = std::max(1.0, static_cast<double>(count - 1) / 3);
  std::vector<double> share(static_cast<std::size_t>(count)), joint(static_cast<std::size_t>(count * count));
  for (index_t i = 0; i < count; ++i) {
    pick_neighbours(squares.data() + i * count, i, count, std::min(perplexity, most), share);
    for (index_t j = 0; j < count; ++j) {
      const double half = share[static_cast<std::size_t>(j)] / (2 * static_cast<double>(count));
      joint[static_cast<std::size_t>(i * count + j)] += half;
      joint[static_cast<std::size_t>(j * count + i)] += half;
    }
  }
  return {joint.begin(), joint.end()};
}

/// Points in the plane that move by momentum, with a gain for each coordinate that grows while its direction lasts.
class moving_points {
 public:
  moving_points(index_t count, std::uint64_t seed)
      : count_(count), x_(size()), y_(size()), moves_(2 * size()), gains_(2 * size(), 1.0), slopes_(2 * size()) {
    const mixcon::philox_draws draws{.seed = seed};
    for (index_t i = 0; i < count; ++i) {
      x_[static_cast<std::size_t>(i)] = static_cast<float>(1e-4 * draws.normal("tsne x", i));
      y_[static_cast<std::size_t>(i)] = static_cast<float>(1e-4 * draws.normal("tsne y", i));
    }
  }

  void step(const std::vector<float>& joint, double exaggeration, double rate, double momentum) {
    find_slopes(joint, exaggeration);
    for (std::size_t k = 0; k < slopes_.size(); ++k) {
      gains_[k] = (slopes_[k] > 0) == (moves_[k] > 0) ? std::max(0.01, 0.8 * gains_[k]) : gains_[k] + 0.2;
      moves_[k] = momentum * moves_[k] - rate * gains_[k] * slopes_[k];
      float& place = k < size() ? x_[k] : y_[k - size()];
      place = static_cast<float>(static_cast<double>(place) + moves_[k]);
    }
    for (std::vector<float>* axis : {&x_, &y_}) {
      double mean = 0;
      for (const float place : *axis) mean += static_cast<double>(place) / static_cast<double>(count_);
      for (float& place : *axis) place -= static_cast<float>(mean);
    }
  }

  std::vector<float> places() const {
    std::vector<float> all;
    for (std::size_t i = 0; i < size(); ++i) all.push_back(x_[i]), all.push_back(y_[i]);
    return all;
  }

 private:
  std::size_t size() const { return static_cast<std::size_t>(count_); }

  /// 4 sum_j (e p_ij - q_ij) (y_i - y_j) / (1 + |y_i - y_j|^2), where q_ij is that last factor over its sum Z.
  void find_slopes(const std::vector<float>& joint, double exaggeration) {
    double z = 0;
    std::vector<double>& pushes = pushes_;
    pushes.assign(2 * size(), 0);
    const float *x = x_.data(), *y = y_.data();
    for (index_t i = 0; i < count_; ++i) {
      const float* p = joint.data() + i * count_;
      float near = 0, pull_x = 0, pull_y = 0, push_x = 0, push_y = 0;
      const float at_x = x[i], at_y = y[i];
#pragma omp simd reduction(+ : near, pull_x, pull_y, push_x, push_y)
      for (index_t j = 0; j < count_; ++j) {
        const float dx = at_x - x[j], dy = at_y - y[j], kernel = 1 / (1 + dx * dx + dy * dy);
        near += kernel;
        pull_x += p[j] * kernel * dx, pull_y += p[j] * kernel * dy;
        push_x += kernel * kernel * dx, push_y += kernel * kernel * dy;
      }
      const std::size_t k = static_cast<std::size_t>(i);
      z += static_cast<double>(near) - 1;  // a point is no neighbour of itself
      slopes_[k] = 4 * exaggeration * static_cast<double>(pull_x);
      slopes_[size() + k] = 4 * exaggeration * static_cast<double>(pull_y);
      pushes[k] = static_cast<double>(push_x), pushes[size() + k] = static_cast<double>(push_y);
    }
    for (std::size_t k = 0; k < slopes_.size(); ++k) slopes_[k] -= 4 * pushes[k] / z;
  }

  index_t count_;
  std::vector<float> x_, y_;
  std::vector<double> moves_, gains_, slopes_, pushes_{};
};

}  // namespace

std::vector<float> tsne(const std::vector<float>& rows, index_t width, const tsne_options& options) {
  const index_t count = count_of(rows, width);
  MIXCON_REQUIRE(options.perplexity >= 1 && options.steps >= 1 && options.exaggeration >= 1, "tsne: perplexity ",
                 options.perplexity, ", ", options.steps, " steps, exaggeration ", options.exaggeration,
                 "; expected 1 or more of each.");
  if (count < 3) return count == 1 ? std::vector<float>{0, 0} : std::vector<float>{-1, 0, 1, 0};
  const std::vector<float> joint = neighbourhoods(rows, count, width, options.perplexity);
  const double rate = std::max(50.0, static_cast<double>(count) / options.exaggeration / 4);
  moving_points points(count, options.seed);
  for (index_t step = 0; step < options.steps; ++step) {
    const bool early = step < options.steps / 4;
    points.step(joint, early ? options.exaggeration : 1, rate, early ? 0.5 : 0.8);
  }
  return points.places();
}

double tsne_divergence(const std::vector<float>& rows, index_t width, const std::vector<float>& places,
                       double perplexity) {
  const index_t count = count_of(rows, width);
  MIXCON_REQUIRE(static_cast<index_t>(places.size()) == 2 * count, "tsne_divergence: ", places.size(), " numbers for ",
                 count, " rows; expected two for each.");
  const std::vector<float> joint = neighbourhoods(rows, count, width, perplexity);
  const std::vector<float> squares = squared_distances(places, count, 2);
  double z = 0, divergence = 0;
  const auto kernel = [&](std::size_t k) { return 1 / (1 + static_cast<double>(squares[k])); };
  for (std::size_t k = 0; k < squares.size(); ++k) z += kernel(k);
  z -= static_cast<double>(count);
  for (std::size_t k = 0; k < squares.size(); ++k)
    if (const double p = static_cast<double>(joint[k]); p > 0) divergence += p * std::log(p * z / kernel(k));
  return divergence;
}

}  // namespace evaluation
}  // namespace mixcon_train
