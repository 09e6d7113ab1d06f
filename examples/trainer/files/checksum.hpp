// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mixcon_train {
inline namespace files {

/// A number that changes when a byte does: FNV-1a over words of eight bytes with the high half folded down, then the
/// length. It finds damage, not forgeries. The same on every machine.
std::uint64_t checksum(std::string_view bytes);

/// Sixteen hexadecimal digits.
std::string hexadecimal(std::uint64_t number);

}  // namespace files
}  // namespace mixcon_train
