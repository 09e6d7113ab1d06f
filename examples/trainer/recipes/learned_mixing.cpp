// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/learned_mixing.hpp"

#include "autograd/cross_entropy.hpp"
#include "autograd/rows.hpp"
#include "recipes/class_scores.hpp"

#include <cmath>

namespace mixcon_train {
inline namespace recipes {

namespace {

mixcon::pair_targets targets_of(const mask_plan& by, const std::vector<int>& labels) {
  mixcon::pair_targets made;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    made.own.push_back(labels[i]), made.partner.push_back(labels[static_cast<std::size_t>(by.partner[i])]);
    made.lambda.push_back(by.lambda);
  }
  return made;
}

variable blended(const variable& images, const mask_plan& by, const variable& masks) {
  return mixed_by(images, gather_rows(images, by.partner), masks);
}

}  // namespace

void mixing_weights::declare(option_list& to) {
  to.add("mixed-weight", mixed_weight, {0, 1e3}, "of the network's loss of mixtures", "1");
  to.add("clean-weight", clean_weight, {0, 1e3}, "of its loss of the batch itself", "1");
  to.add("mixer-weight", mixer_weight, {0, 1e3}, "of the mixer's loss of its mixtures", "1");
}

std::vector<health_number> mixer_health(const mixer_step& step, double constant_loss, double distance) {
  const mask_health before = health_of(step.masks, step.by_query.lambda),
                    after = health_of(step.corrected, step.by_query.lambda);
  std::vector<health_number> all{{"mask_minus_lambda", before.mean_minus_lambda},
                                 {"corrected_mask_minus_lambda", after.mean_minus_lambda},
                                 {"mask_variance", before.variance},
                                 {"key_distance", distance}};
  if (!step.learned) return all;
  all.push_back({"mixer_loss", step.loss});
  all.push_back({"constant_mask_loss", constant_loss});
  return all;
}

learned_mixing::learned_mixing(const recipe_world& world, const learned_mixing_options& chosen)
    : network_recipe(world.on, classifier_of(world)),
      chosen_(chosen),
      mixer_(world, chosen, classifier_of(world), net()),
      net_(&net()),
      policy_(&mixer_) {
  register_part("mixer", mixer_);
}

variable learned_mixing::loss_of_mixer(const recipe_step& step, const variable& images, const variable& features) {
  const mask_plan& by = last_.by_key;
  const variable masks = mixer_.masks(features, gather_rows(features, by.partner), by);
  const variable judged = mixer_.judged(blended(images, by, masks));
  const variable of_mixtures = eta_loss(chosen_, judged, targets_of(by, step.from.labels));
  last_.loss = of_mixtures.number(), last_.learned = true;
  const variable weighted = scale(of_mixtures, chosen_.mixer_weight), of_masks = mixer_.loss_of(masks, by, step);
  return of_masks ? add(weighted, of_masks) : weighted;
}

recipe_loss learned_mixing::loss(const recipe_step& step) {
  const index_t samples = step.shape.samples;
  const variable images = input_of(on(), step.from.images, step.shape, samples), seen = mixer_.features(images);
  last_ = {.by_key = mixer_.plan(samples, step.draws.within("mixer")),
           .by_query = mixer_.plan(samples, step.draws.within("encoder"))};
  const mask_plan& by = last_.by_query;
  last_.masks = constant(mixer_.masks(seen, gather_rows(seen, by.partner), by));
  last_.corrected = mixer_.adjusted_masks(last_.masks, by);

  const variable mixed = net().forward(blended(images, by, last_.corrected)), clean = net().features(images);
  variable all = add(scale(cross_entropy(mixed, targets_of(by, step.from.labels)), chosen_.mixed_weight),
                     scale(cross_entropy(net().head(clean), step.from.labels), chosen_.clean_weight));
  recipe_loss made = of_scores({}, clean, step, net().head_width());
  made.chance *= chosen_.mixed_weight + chosen_.clean_weight;
  if (mixer_.learns(step)) {
    all = add(all, loss_of_mixer(step, images, seen));
    made.chance += chosen_.mixer_weight * chance_of(chosen_, net().head_width());
  }
  made.loss = all;
  return made;
}

std::vector<health_number> learned_mixing::health(const recipe_step& step) {
  const without_gradients guard;
  const variable images = input_of(on(), step.from.images, step.shape, step.shape.samples);
  const mask_plan& by = last_.by_key;
  const double constant_loss = mixer_.unchanged([&] {
    const variable mixed = mixed_by(images, gather_rows(images, by.partner),
                                    variable(filled(on(), {step.shape.samples, 1, 1, 1}, 1 - by.lambda)));
    return eta_loss(chosen_, mixer_.judged(mixed), targets_of(by, step.from.labels)).number();
  });
  return mixer_health(last_, constant_loss, mixer_.distance_to(net()));
}

}  // namespace recipes
}  // namespace mixcon_train
