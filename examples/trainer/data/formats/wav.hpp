// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/formats/named_bytes.hpp"

#include <vector>

namespace mixcon_train {
inline namespace data {

/// Sound of one channel.
struct sound {
  int rate = 16000;              ///< samples a second
  std::vector<float> samples{};  ///< -1 .. 1
};

/// Decodes a WAV file of 16-bit PCM, mono or stereo (whose mean is taken), of 1000 to 192000 samples a second and at
/// most ten minutes. Throws file_error with the offset for a file of another kind, a length that the file does not
/// hold, or no samples. Source: Microsoft and IBM, Multimedia Programming Interface 1.0.
sound decode_wav(const named_bytes& file);

}  // namespace data
}  // namespace mixcon_train
