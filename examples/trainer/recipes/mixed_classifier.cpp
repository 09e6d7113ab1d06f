// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/mixed_classifier.hpp"

namespace mixcon_train {
inline namespace recipes {

void policy_choice::declare(option_list& to) {
  std::vector<std::string> names;
  for (const policy_entry& each : policies()) names.emplace_back(each.name);
  to.add("policy", policy, names, "which policy mixes; inspect --help says what each does");
  to.add("alpha", alpha, {1e-6, 1e6}, "lambda is Beta(alpha, alpha), for policies that draw it so", "1");
}

mixed_classifier::mixed_classifier(const recipe_world& world, const policy_choice& chosen)
    : network_recipe(world.on, classifier_of(world)), policy_(&policy_called(chosen.policy)) {
  if (policy_->takes_alpha) options_.alpha = chosen.alpha;
  options_.per = policy_->usual;
}

recipe_loss mixed_classifier::loss(const recipe_step& step) {
  const mixed_training_batch mixed =
      policy_->mix_for_training(batch_of_step(step.from.images, step.from.labels, step.shape), step.draws, options_);
  mixcon::image_shape shape = step.shape;
  shape.columns = mixed.columns;
  const variable features = net().features(input_of(on(), mixed.images, shape, shape.samples));
  return of_scores(cross_entropy(net().head(features), mixed.targets), features, step, net().head_width());
}

}  // namespace recipes
}  // namespace mixcon_train
