// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string_view>

namespace mixcon_train {
inline namespace files {

/// CRC-32C (Castagnoli): reflected polynomial 0x82F63B78, begun and ended with all bits turned. RFC 3720, B.4.
std::uint32_t crc32c(std::string_view bytes);

}  // namespace files
}  // namespace mixcon_train
