// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace mixcon_train {
inline namespace data {

using mixcon::index_t;

/// The log-mel spectrogram of a second of sound at 16 kHz. Frame t is centred at sample 160 t and sees 400 samples (25
/// ms) under a Hann window, silence outside of the second; its power spectrum of 512 points goes through 40 triangles
/// whose corners are equally spaced on the mel scale, 2595 log10(1 + f / 700), from 20 to 8000 Hz and whose peaks are
/// 1; value = log(1e-6 + energy), natural: -13.8 is silence, and a full-scale tone makes about 9.
class log_mel {
 public:
  static constexpr int rate = 16000;
  static constexpr std::size_t samples = 16000, bands = 40, frames = 101;
  static constexpr std::size_t hop = 160, window = 400, points = 512;

  log_mel();
  /// (bands, frames) of (16000) samples. Refuses another number.
  std::vector<float> operator()(std::span<const float> heard) const;

 private:
  struct triangle {
    std::size_t first = 0;  // the first point of the spectrum that counts
    std::vector<double> weights{};
  };
  void transform(std::vector<std::complex<double>>& of) const;

  std::vector<double> window_{};
  std::vector<std::complex<double>> turns_{};  // e^(-2 pi i k / points)
  std::vector<std::size_t> reversed_{};        // the points in the order of their reversed bits
  std::vector<triangle> triangles_{};
};

/// The corners of the triangles in Hz: bands + 2 numbers.
std::vector<double> mel_corners(std::size_t bands, double lowest, double highest);

}  // namespace data
}  // namespace mixcon_train
