// SPDX-License-Identifier: BSD-3-Clause
// Contrast of two views where every sample is a class of its own, with mixtures of such labels: what N-pair, MoCo and
// i-Mix share. Lee et al. 2021, arXiv:2010.08887.
#pragma once

#include "recipes/recipe_parts.hpp"

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// The views of recipes that know no labels, and the temperatures of i-Mix: 0.2 on images, 0.1 on rows, 0.5 on clips.
std::vector<preferred_value> virtual_label_values(sample_kind kind, index_t channels);
/// The same, and alpha: 1, on rows 2.
std::vector<preferred_value> imix_values(sample_kind kind, index_t channels);

/// What the published code of i-Mix trains with, but for what its recipes add: CIFAR-10, Speech Commands, CovType.
std::vector<preferred_value> paper_of_imix(sample_kind kind, const char* epochs_on_images,
                                           const std::vector<preferred_value>& more);

/// Which samples a row of the first view is made of: lambda of its own, the rest of its partner's. Where nothing is
/// mixed, one lambda of 1, and every sample is its own partner.
struct virtual_labels {
  kept_list<double> lambda{};    ///< (N), or one for all
  kept_list<index_t> partner{};  ///< (N)
};

/// InfoNCE of queries (N, D) against the keys (N, D) of the batch: lambda of the own key, the rest of the partner's.
variable npair_loss(recipe_loss& made, double temperature, const virtual_labels& labels, const variable& queries,
                    const variable& keys);
/// The same with past keys (M, D), unit rows, as further candidates: MoCo-n.
variable moco_n_loss(recipe_loss& made, double temperature, const virtual_labels& labels, const variable& queries,
                     const variable& keys, const variable& past);
/// Of the keys (N, D) of the batch only the own and the partner's, once where these are one, and past keys (M, D): MoCo
/// where nothing is mixed. Keys are unit rows.
variable moco_loss(recipe_loss& made, double temperature, const virtual_labels& labels, const variable& queries,
                   const variable& keys, const variable& past);

}  // namespace recipes
}  // namespace mixcon_train
