// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/log_mel.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace mixcon_train {
inline namespace data {

namespace {

using spectrum = std::vector<std::complex<double>>;

constexpr double lowest = 20, highest = 8000, floor_of_energy = 1e-6;

double mel_of(double hertz) { return 2595 * std::log10(1 + hertz / 700); }
double hertz_of(double mel) { return 700 * (std::pow(10.0, mel / 2595) - 1); }

}  // namespace

std::vector<double> mel_corners(std::size_t bands, double low, double high) {
  std::vector<double> corners;
  for (std::size_t k = 0; k < bands + 2; ++k)
    corners.push_back(
        hertz_of(mel_of(low) + (mel_of(high) - mel_of(low)) * static_cast<double>(k) / static_cast<double>(bands + 1)));
  return corners;
}

log_mel::log_mel() {
  const double turn = 2 * std::numbers::pi;
  for (std::size_t k = 0; k < window; ++k)
    window_.push_back(0.5 - 0.5 * std::cos(turn * static_cast<double>(k) / window));
  for (std::size_t k = 0; k < points; ++k) {
    turns_.push_back(std::polar(1.0, -turn * static_cast<double>(k) / points));
    std::size_t bits = 0;
    for (std::size_t from = 1, to = points / 2; from < points; from *= 2, to /= 2) bits |= (k & from) != 0 ? to : 0;
    reversed_.push_back(bits);
  }
  const std::vector<double> corners = mel_corners(bands, lowest, highest);
  for (std::size_t band = 0; band < bands; ++band) {
    triangle made;
    for (std::size_t k = 0; k <= points / 2; ++k) {
      const double hertz = static_cast<double>(k) * rate / points;
      const double up = (hertz - corners[band]) / (corners[band + 1] - corners[band]);
      const double down = (corners[band + 2] - hertz) / (corners[band + 2] - corners[band + 1]);
      const double weight = std::min(up, down);
      if (weight <= 0) continue;
      if (made.weights.empty()) made.first = k;
      made.weights.push_back(weight);
    }
    triangles_.push_back(std::move(made));
  }
}

/// Cooley and Tukey's fast Fourier transform, radix 2, in place; the points come in the order of `reversed_`.
void log_mel::transform(spectrum& of) const {
  for (std::size_t half = 1; half < points; half *= 2)
    for (std::size_t begin = 0; begin < points; begin += 2 * half)
      for (std::size_t k = 0; k < half; ++k) {
        const std::complex<double> t = turns_[k * (points / (2 * half))], odd = of[begin + half + k],
                                   even = of[begin + k];
        const std::complex<double> turned(t.real() * odd.real() - t.imag() * odd.imag(),
                                          t.real() * odd.imag() + t.imag() * odd.real());
        of[begin + k] = even + turned;
        of[begin + half + k] = even - turned;
      }
}

std::vector<float> log_mel::operator()(std::span<const float> heard) const {
  MIXCON_REQUIRE(heard.size() == samples, "log_mel: ", heard.size(), " samples; expected 16000, a second at 16 kHz.");
  std::vector<float> values(bands * frames);
  spectrum of(points);
  const auto windowed = [&](std::size_t frame, std::size_t k) {
    const std::size_t at = frame * hop + k;  // window / 2 samples late
    if (k >= window || frame >= frames || at < window / 2 || at - window / 2 >= samples) return 0.0;
    return window_[k] * static_cast<double>(heard[at - window / 2]);
  };
  for (std::size_t frame = 0; frame < frames; frame += 2) {  // two real frames are one of complex numbers
    for (std::size_t k = 0; k < points; ++k) of[reversed_[k]] = {windowed(frame, k), windowed(frame + 1, k)};
    transform(of);
    double power[2][points / 2 + 1];
    for (std::size_t k = 0; k <= points / 2; ++k) {
      const std::complex<double> a = of[k], b = std::conj(of[(points - k) % points]);
      power[0][k] = std::norm(a + b) / 4;
      power[1][k] = std::norm(a - b) / 4;
    }
    for (std::size_t second = 0; second < 2 && frame + second < frames; ++second)
      for (std::size_t band = 0; band < bands; ++band) {
        double energy = floor_of_energy;
        const triangle& shape = triangles_[band];
        for (std::size_t k = 0; k < shape.weights.size(); ++k)
          energy += shape.weights[k] * power[second][shape.first + k];
        values[band * frames + frame + second] = static_cast<float>(std::log(energy));
      }
  }
  return values;
}

}  // namespace data
}  // namespace mixcon_train
