// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "recipes/recipe_entry.hpp"

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// Every recipe, in the order in which --help lists them.
const std::vector<recipe_entry>& all_recipes();

std::vector<std::string> recipe_names();

/// The recipe of that name. Refuses another name with the list and the nearest.
const recipe_entry& recipe_called(const std::string& name);

}  // namespace recipes
}  // namespace mixcon_train
