// SPDX-License-Identifier: BSD-3-Clause
// Distribution functions and tests of fit, in the plainest form that is exact enough: how tests judge random draws.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace mixcon_test {

/// P(X <= e^log_x) of X ~ Gamma(shape, 1), by the series of the incomplete gamma function. The argument is a logarithm,
/// since a small shape has draws that no double can hold.
inline double gamma_distribution(double shape, double log_x) {
  const double x = std::exp(log_x);
  double term = 1, sum = 1;
  for (int n = 1; term > sum * 1e-17; ++n) sum += term *= x / (shape + n);
  return std::min(1.0, std::exp(shape * log_x - x - std::lgamma(shape + 1)) * sum);
}

/// P(X <= x) of X ~ Beta(a, b), by the continued fraction of the incomplete beta function (Abramowitz and
/// Stegun 26.5.8), from its end to its beginning.
inline double beta_distribution(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - beta_distribution(b, a, 1 - x);
  double tail = 1;
  for (int m = 50 + static_cast<int>(5 * std::sqrt(a + b)); m >= 1; --m) {
    const double odd = -(a + m - 1) * (a + b + m - 1) * x / ((a + 2 * m - 2) * (a + 2 * m - 1));
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    tail = 1 + odd / (1 + even / tail);
  }
  const double log_beta = std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b);
  return std::exp(a * std::log(x) + b * std::log1p(-x) - log_beta) / (a * tail);
}

inline double normal_distribution(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

/// The probability that draws of this distribution lie at least as far from it as these do (Kolmogorov and Smirnov,
/// with Stephens's correction for finite samples).
template <class Distribution>
double kolmogorov_smirnov(std::vector<double> draws, Distribution distribution) {
  std::sort(draws.begin(), draws.end());
  const auto n = static_cast<double>(draws.size());
  double distance = 0, below = 0;
  for (const double draw : draws) {
    const double lower_end = std::nextafter(draw, -std::numeric_limits<double>::infinity());
    distance = std::max({distance, distribution(lower_end) - below / n, (below + 1) / n - distribution(draw)});
    below += 1;
  }
  const double scaled = distance * (std::sqrt(n) + 0.12 + 0.11 / std::sqrt(n));
  double probability = 0;
  for (int k = 1; k <= 100; ++k) probability += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * scaled * scaled);
  return std::min(1.0, probability);
}

/// The probability that counts of equally likely outcomes are at least as uneven as these (Pearson).
inline double chi_square(const std::vector<int>& counts) {
  double draws = 0, sum = 0;
  for (const int count : counts) draws += count;
  const double expected = draws / static_cast<double>(counts.size());
  for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
  return 1 - gamma_distribution(static_cast<double>(counts.size() - 1) / 2, std::log(sum / 2));
}

}  // namespace mixcon_test
