// SPDX-License-Identifier: BSD-3-Clause
// Small data sets of noise, one of each kind.
#pragma once

#include "data/data_set.hpp"

#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/random/philox.hpp>
#include <mixcon/core/random/uniform.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace mixcon_test {

/// Three classes in turn: images (3, 5, 6), rows of 7 numbers, or clips (5 mel bands, 12 frames). Bands of numbers have
/// means and deviations of their own.
inline mixcon_train::data_set noise_of(mixcon_train::sample_kind kind, mixcon::index_t samples) {
  using mixcon_train::sample_kind;
  mixcon_train::data_set data{.name = "noise", .kind = kind, .class_names = {"a", "b", "c"}};
  if (kind == sample_kind::image) data.shape = {samples, 3, 5, 6};
  if (kind == sample_kind::row) data.shape = {samples, 1, 1, 7};
  if (kind == sample_kind::clip) data.shape = {samples, 1, 5, 12};
  mixcon::philox_stream bits(5, 0, 0, 0);
  for (mixcon::index_t i = 0; i < samples; ++i) {
    for (mixcon::index_t k = 0; k < data.width(); ++k) {
      const auto band = static_cast<double>(k / data.band_length());
      const double share = mixcon::uniform(bits);
      if (kind == sample_kind::image)
        data.images.push_back(
            static_cast<std::uint8_t>(1 + static_cast<int>(254 * share)));  // 0 only comes from padding
      else
        data.values.push_back(static_cast<float>(3 * band - 4 + mixcon::portable::product(1 + band, share)));
    }
    data.labels.push_back(static_cast<int>(i % 3));
  }
  if (kind == sample_kind::row)
    for (mixcon::index_t k = 0; k < data.width(); ++k) data.feature_names.push_back("f" + std::to_string(k));
  return data;
}

}  // namespace mixcon_test
