// SPDX-License-Identifier: BSD-3-Clause
// Which views a recipe prefers on each kind of samples, as values of options.
#pragma once

#include "recipes/recipe_entry.hpp"

#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// For recipes that compare views and know no labels, where views decide what is learnt: of images those of SimCLR
/// (`contrastive_image_views`), of rows and clips `views_of_numbers`.
std::vector<preferred_value> contrastive_views(sample_kind kind, index_t channels);

/// For recipes that compare views and know labels too: rows with a fifth of their numbers dropped, as in i-Mix
/// (arXiv:2010.08887), clips moved by 100 ms at most (arXiv:1804.03209) and masked as in SpecAugment
/// (arXiv:1904.08779). Nothing of images, whose usual views do.
std::vector<preferred_value> views_of_numbers(sample_kind kind);

}  // namespace recipes
}  // namespace mixcon_train
