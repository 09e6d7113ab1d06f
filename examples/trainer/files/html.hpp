// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

namespace mixcon_train {
inline namespace files {

/// Text that a browser shows as it stands, in an element or a quoted attribute: & < > " ' are written as entities, and
/// control characters and bytes that are no UTF-8 as U+FFFD. Every text that comes from data or options goes through
/// it.
std::string escaped(std::string_view text);

/// A number for an attribute or a cell: `digits` after the point, "-" when it is not finite.
std::string written(double number, int digits);

}  // namespace files
}  // namespace mixcon_train
