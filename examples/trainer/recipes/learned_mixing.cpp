// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/learned_mixing.hpp"

#include "autograd/cross_entropy.hpp"
#include "autograd/rows.hpp"
#include "recipes/class_scores.hpp"
#include "recipes/lent_targets.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

lent<mixcon::pair_targets> targets_of(const mask_plan& by, const std::vector<int>& labels) {
  lent<mixcon::pair_targets> made = no_targets();
  made->own.assign(labels.begin(), labels.end());
  made->lambda.assign(labels.size(), by.lambda);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    made->partner.push_back(labels[static_cast<std::size_t>(by.partner[i])]);
  }
  return made;
}

variable mixed_within(const variable& images, const mask_plan& by, const variable& masks) {
  return mixed_by(images, gather_rows(images, by.partner), masks);
}

}  // namespace

variable learned_mixing::loss_of_mixer(const recipe_step& step, const variable& masks) {
  const mask_plan& by = last().by_key;
  return eta_loss(chosen_, mixer().judged(mixed_within(images_, by, masks)), *targets_of(by, step.from.labels));
}

recipe_loss learned_mixing::loss(const recipe_step& step) {
  images_ = input_of(on(), step.from.images, step.shape, step.shape.samples);
  const variable seen = mixer().features(images_);
  begin_step(step, seen, seen, step.from.labels);
  const mask_plan& by = last().by_query;
  const variable mixed = net().forward(mixed_within(images_, by, last().corrected)), clean = net().features(images_);
  const variable of_mixed = scale(cross_entropy(mixed, *targets_of(by, step.from.labels)), chosen_.mixed_weight);
  const variable of_clean = scale(cross_entropy(net().head(clean), step.from.labels), chosen_.clean_weight);
  recipe_loss made = of_scores(add(of_mixed, of_clean), clean, step, net().head_width());
  made.chance *= chosen_.mixed_weight + chosen_.clean_weight;
  if (const variable of_mixer = learned(step, chosen_.mixer_weight, seen, seen)) {
    made.loss = add(made.loss, of_mixer);
    made.chance += chosen_.mixer_weight * chance_of(chosen_, net().head_width());
  }
  return made;
}

}  // namespace recipes
}  // namespace mixcon_train
