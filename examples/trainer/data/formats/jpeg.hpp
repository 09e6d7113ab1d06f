// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/formats/image_rows.hpp"

namespace mixcon_train {
inline namespace data {

/// Decodes a JPEG file of 8 bits: grey, YCbCr or RGB, baseline or progressive. The orientation that EXIF may give is
/// not applied. Throws file_error with the offset for a file that is no JPEG, has four colours (CMYK), is damaged as
/// far as its decoder notices, ends early or is beyond the limits; rows may have been taken by then. Source: ITU-T
/// T.81.
void decode_jpeg(const named_bytes& file, const picture_limits& limits, row_taker& to);

}  // namespace data
}  // namespace mixcon_train
