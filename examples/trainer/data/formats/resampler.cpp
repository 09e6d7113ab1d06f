// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/resampler.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace mixcon_train {
inline namespace data {

namespace {

constexpr double crossings = 16, passed = 0.95;

/// The kernel at a distance in samples of the source; `cutoff` in half of its rate.
double kernel(double distance, double cutoff) {
  const double x = std::numbers::pi * cutoff * distance, edge = crossings / cutoff;
  if (std::abs(distance) >= edge) return 0;
  const double sinc = x == 0 ? 1 : std::sin(x) / x;
  return sinc * (0.5 + 0.5 * std::cos(std::numbers::pi * distance / edge));
}

}  // namespace

resampler::resampler(int from, int to) : from_(from), up_(to), down_(from) {
  const auto is_rate = [](int rate) { return rate >= 1000 && rate <= 192000; };
  MIXCON_REQUIRE(is_rate(from) && is_rate(to), "resampler: from ", from, " to ", to,
                 " samples a second; expected 1000 to 192000.");
  const int common = std::gcd(from, to);
  up_ /= common;
  down_ /= common;
  if (up_ == down_) return;
  const double cutoff = passed * std::min(1.0, static_cast<double>(to) / from);
  reach_ = static_cast<std::ptrdiff_t>(std::ceil(crossings / cutoff));
  std::vector<double> line(static_cast<std::size_t>(2 * reach_));
  for (std::ptrdiff_t phase = 0; phase < up_; ++phase) {
    const double between = static_cast<double>(phase) / static_cast<double>(up_);
    for (std::ptrdiff_t k = 0; k < 2 * reach_; ++k)
      line[static_cast<std::size_t>(k)] = kernel(static_cast<double>(k - reach_ + 1) - between, cutoff);
    const double sum = std::accumulate(line.begin(), line.end(), 0.0);
    for (const double weight : line) weights_.push_back(static_cast<float>(weight / sum));
  }
}

std::vector<float> resampler::operator()(std::span<const float> samples) const {
  if (up_ == down_) return {samples.begin(), samples.end()};
  const std::ptrdiff_t have = std::ssize(samples), wanted = (have * up_ + down_ - 1) / down_;
  std::vector<float> made(static_cast<std::size_t>(wanted));
  for (std::ptrdiff_t n = 0; n < wanted; ++n) {
    const std::ptrdiff_t first = n * down_ / up_ - reach_ + 1, phase = n * down_ % up_;
    const float* weights = weights_.data() + phase * 2 * reach_;
    double sum = 0;
    for (std::ptrdiff_t k = std::max<std::ptrdiff_t>(0, -first); k < std::min(2 * reach_, have - first); ++k)
      sum += static_cast<double>(weights[k]) * static_cast<double>(samples[static_cast<std::size_t>(first + k)]);
    made[static_cast<std::size_t>(n)] = static_cast<float>(sum);
  }
  return made;
}

std::vector<float> middle_of(std::span<const float> samples, std::size_t length) {
  if (samples.size() >= length) {
    const auto part = samples.subspan((samples.size() - length) / 2, length);
    return {part.begin(), part.end()};
  }
  std::vector<float> made(length, 0.0F);
  std::copy(samples.begin(), samples.end(), made.begin() + static_cast<std::ptrdiff_t>((length - samples.size()) / 2));
  return made;
}

}  // namespace data
}  // namespace mixcon_train
