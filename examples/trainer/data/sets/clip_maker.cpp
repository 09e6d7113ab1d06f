// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/clip_maker.hpp"

#include "data/formats/wav.hpp"

#include <cstddef>

namespace mixcon_train {
inline namespace data {

std::vector<float> clip_maker::operator()(const named_bytes& file) {
  const sound heard = decode_wav(file);
  const auto second = static_cast<std::size_t>(heard.rate);
  std::vector<float> samples = heard.samples;
  if (samples.size() > second) samples = middle_of(samples, second);
  return spectrogram_(middle_of(of(heard.rate)(samples), log_mel::samples));
}

const resampler& clip_maker::of(int rate) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<resampler>& made = made_[rate];
  if (!made) made = std::make_unique<resampler>(rate, log_mel::rate);
  return *made;
}

}  // namespace data
}  // namespace mixcon_train
