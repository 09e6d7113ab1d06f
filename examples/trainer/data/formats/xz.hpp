// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/formats/named_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mixcon_train {
inline namespace data {

/// The bytes that an .xz file of one stream packs. Throws file_error with the offset for a file that is none, is
/// damaged (its checksum says so), ends early, goes on after its end, unpacks to more than `most` bytes, or whose
/// dictionary would take more than 128 MiB.
std::vector<std::uint8_t> unpacked_xz(const named_bytes& file, std::size_t most);

}  // namespace data
}  // namespace mixcon_train
