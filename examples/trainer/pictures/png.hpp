// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pictures/picture.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace pictures {

/// The bytes of a PNG file: 8 bits a channel, one channel where every pixel is grey, else three. Refuses a picture
/// without pixels.
std::vector<std::uint8_t> encoded_as_png(const picture& shown);

/// Writes a PNG file as a whole or not at all. Throws file_error when the disk is full or the folder cannot be written.
void write_png(const std::string& path, const picture& shown);

/// The same bytes as letters, 4 for 3 bytes (RFC 4648), to put a picture into HTML: "data:image/png;base64,...".
std::string base64(const std::vector<std::uint8_t>& bytes);

}  // namespace pictures
}  // namespace mixcon_train
