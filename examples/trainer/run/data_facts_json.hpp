// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "recipes/recipe.hpp"

#include <string>

namespace mixcon_train {
inline namespace run {

/// What a run learnt from, as JSON and back, bit for bit. Reading refuses text that is not what was written; `path`
/// starts the sentence (file_error).
std::string to_json(const data_facts& data);
data_facts data_facts_from_json(const std::string& text, const std::string& path);

}  // namespace run
}  // namespace mixcon_train
