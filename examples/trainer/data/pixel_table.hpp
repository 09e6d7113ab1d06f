// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mixcon_train {
inline namespace data {

/// What the network sees for each of the 256 values of a channel: (value / 255 - mean) / deviation, rounded once.
class pixel_table {
 public:
  explicit pixel_table(const channel_statistics& statistics) {
    table_.reserve(256 * statistics.mean.size());
    for (std::size_t c = 0; c < statistics.mean.size(); ++c)
      for (int value = 0; value < 256; ++value)
        table_.push_back(static_cast<float>((value / 255.0 - statistics.mean[c]) / statistics.deviation[c]));
  }
  float operator()(index_t channel, std::uint8_t value) const { return of(channel)[value]; }
  /// The 256 numbers of a channel.
  const float* of(index_t channel) const { return table_.data() + 256 * channel; }

 private:
  std::vector<float> table_{};
};

}  // namespace data
}  // namespace mixcon_train
