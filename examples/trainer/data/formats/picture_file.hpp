// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/formats/area_scaler.hpp"

#include <cstdint>
#include <vector>

namespace mixcon_train {
inline namespace data {

/// What a picture becomes.
struct picture_request {
  index_t size = 32;   ///< rows and columns
  bool colour = true;  ///< red, green, blue; false: grey
  picture_fit fit = picture_fit::crop;
  picture_limits limits{};

  index_t channels() const { return colour ? 3 : 1; }
  index_t width() const { return channels() * size * size; }
};

/// The picture of a PNG or JPEG file, which its first bytes tell, as (C, size, size) values 0 .. 255. Throws
/// file_error.
std::vector<std::uint8_t> scaled_picture(const named_bytes& file, const picture_request& wanted);

}  // namespace data
}  // namespace mixcon_train
