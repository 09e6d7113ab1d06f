// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace mixcon_train {
inline namespace data {

/// Brings sound from one rate to another: a sinc with 16 zero crossings on either side under a Hann window, which
/// passes up to 0.95 of half of the lower rate. Constant sound stays as it is; before the first sample and after the
/// last is silence.
class resampler {
 public:
  /// Samples a second, 1000 to 192000. Refuses others.
  resampler(int from, int to);
  int from() const { return from_; }

  /// ceil(N * to / from) samples of N.
  std::vector<float> operator()(std::span<const float> samples) const;

 private:
  int from_;
  std::ptrdiff_t up_, down_;      // to / from in lowest terms
  std::ptrdiff_t reach_ = 0;      // samples before and after that count
  std::vector<float> weights_{};  // (up, 2 * reach): those of each position between two samples
};

/// `length` samples: the middle of more, or less in the middle of silence.
std::vector<float> middle_of(std::span<const float> samples, std::size_t length);

}  // namespace data
}  // namespace mixcon_train
