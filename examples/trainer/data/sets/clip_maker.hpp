// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/formats/log_mel.hpp"
#include "data/formats/named_bytes.hpp"
#include "data/formats/resampler.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace mixcon_train {
inline namespace data {

/// Makes clips of WAV files, on any thread: the log-mel spectrogram (bands, frames) of their middle second. The weights
/// that bring a rate to 16 kHz are kept.
class clip_maker {
 public:
  /// Throws file_error for a file that cannot be decoded.
  std::vector<float> operator()(const named_bytes& file);

 private:
  const resampler& of(int rate);

  log_mel spectrogram_{};
  std::mutex mutex_{};
  std::map<int, std::unique_ptr<resampler>> made_{};
};

}  // namespace data
}  // namespace mixcon_train
