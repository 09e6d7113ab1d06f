// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/all_recipes.hpp"

#include "options/nearest_name.hpp"

namespace mixcon_train {
inline namespace recipes {

// A recipe is a file, and a name here and there.
using entry_function = recipe_entry();
entry_function cross_entropy_entry, mixup_entry, cutmix_entry, manifold_mixup_entry, regmixup_entry, remix_entry,
    infinite_class_mixup_entry, ic_regmixup_entry, automix_entry, samix_entry, samix_i_entry, simclr_entry, npair_entry,
    moco_entry, moco_n_entry, byol_entry, simsiam_entry, imix_npair_entry, imix_moco_entry, imix_byol_entry,
    supcon_entry, supmix_entry, unicon_entry, unicon_negatives_entry, scns_class_entry, scns_sample_entry,
    latent_mixup_entry, kd_entry, crd_entry;

const std::vector<recipe_entry>& all_recipes() {
  static const std::vector<recipe_entry> all{
      cross_entropy_entry(),
      mixup_entry(),
      cutmix_entry(),
      manifold_mixup_entry(),
      regmixup_entry(),
      remix_entry(),
      infinite_class_mixup_entry(),
      ic_regmixup_entry(),
      automix_entry(),
      samix_entry(),
      simclr_entry(),
      npair_entry(),
      moco_entry(),
      moco_n_entry(),
      byol_entry(),
      simsiam_entry(),
      imix_npair_entry(),
      imix_moco_entry(),
      imix_byol_entry(),
      samix_i_entry(),
      supcon_entry(),
      supmix_entry(),
      unicon_entry(),
      unicon_negatives_entry(),
      scns_class_entry(),
      scns_sample_entry(),
      latent_mixup_entry(),
      kd_entry(),
      crd_entry(),
  };
  return all;
}

std::vector<std::string> recipe_names() {
  std::vector<std::string> names;
  for (const recipe_entry& each : all_recipes()) names.emplace_back(each.name);
  return names;
}

const recipe_entry& recipe_called(const std::string& name) {
  require_one_of("--recipe", name, recipe_names());
  for (const recipe_entry& each : all_recipes())
    if (name == each.name) return each;
  return all_recipes().front();
}

}  // namespace recipes
}  // namespace mixcon_train
