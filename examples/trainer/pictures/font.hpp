// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

#include <array>
#include <cstdint>

namespace mixcon_train {
inline namespace pictures {

/// The dots of a letter: nine rows of five, the leftmost in bit 4; two of the rows are below the line. Lower case,
/// digits and some marks; upper case looks like lower case, and a letter that is not there like a box.
using glyph = std::array<std::uint8_t, 9>;
inline constexpr mixcon::index_t glyph_rows = 9, glyph_columns = 5;

glyph glyph_of(char letter);

}  // namespace pictures
}  // namespace mixcon_train
