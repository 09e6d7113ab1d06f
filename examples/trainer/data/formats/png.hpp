// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/formats/image_rows.hpp"

namespace mixcon_train {
inline namespace data {

/// Decodes a PNG file of any kind: grey, palette or colour of 1 to 16 bits, interlaced or not, what is transparent over
/// white. Gamma and profiles are not applied. Throws file_error with the offset for a file that is no PNG, is damaged
/// (its checksums say so), ends early or is beyond the limits; rows may have been taken by then. Source: ISO/IEC 15948.
void decode_png(const named_bytes& file, const picture_limits& limits, row_taker& to);

}  // namespace data
}  // namespace mixcon_train
