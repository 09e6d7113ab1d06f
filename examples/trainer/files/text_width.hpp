// SPDX-License-Identifier: BSD-3-Clause
// How wide text is in a terminal, so that columns of names in any script stand below each other.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mixcon_train {
inline namespace files {

/// Places that a terminal shows UTF-8 text in: two for each character of East Asian scripts and each emoji, none for a
/// combining accent, one for all others. Bytes that are no UTF-8 count one each at most.
std::size_t width_of(std::string_view text);

/// The text with spaces behind it, up to that width; longer text as it is.
std::string padded(std::string text, std::size_t width);

}  // namespace files
}  // namespace mixcon_train
