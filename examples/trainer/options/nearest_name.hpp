// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace options {

/// The one of `known` that takes the fewest letters added, left out or exchanged to become `wrong`; the first of
/// equals. Empty where that is more than half of its letters.
std::string nearest_name(const std::string& wrong, const std::vector<std::string>& known);

/// Refuses a value of an option that is none of `known`, with their list and the nearest. Throws std::invalid_argument.
void require_one_of(const char* option, const std::string& value, const std::vector<std::string>& known);

/// "a, b and c"
std::string listed(const std::vector<std::string>& names);

}  // namespace options
}  // namespace mixcon_train
