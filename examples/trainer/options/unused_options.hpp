// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "options/settings.hpp"

#include <set>
#include <string>

namespace mixcon_train {
inline namespace options {

/// Refuses options that the user gave and that change nothing: those that the chosen recipe does not use, and more than
/// one of those that say how long. `given` holds names of settings. Throws std::invalid_argument.
void refuse_unused_options(const settings& chosen, const std::set<std::string>& given);

/// The same for one setting and the recipe.
void require_use_of(const std::string& setting, const settings& chosen);

}  // namespace options
}  // namespace mixcon_train
