// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/recipe.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

bool is_unicon(const settings& chosen) { return chosen.recipe == "unicon" || chosen.recipe == "unicon-negatives"; }

}  // namespace

index_t views_of(const settings& chosen) { return has_classifier(chosen) ? 1 : 2; }

index_t encoded_images_of(const settings& chosen) { return is_unicon(chosen) ? 4 : views_of(chosen); }

recipe_loss loss_of(network& net, device& on, const settings& chosen, const recipe_step& step) {
  if (has_classifier(chosen)) return classifier_loss(net, on, chosen, step);
  if (chosen.recipe == "supmix") return supmix_loss(net, on, chosen, step);
  return is_unicon(chosen) ? unicon_loss(net, on, chosen, step) : contrast_loss(net, on, chosen, step);
}

}  // namespace recipes
}  // namespace mixcon_train
