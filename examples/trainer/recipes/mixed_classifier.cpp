// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/mixed_classifier.hpp"

#include "autograd/blend_node.hpp"

#include <mixcon/mixes/manifold_mixup.hpp>

namespace mixcon_train {
inline namespace recipes {

void policy_choice::declare_with(const char* alpha_of_paper, option_list& to) {
  std::vector<std::string> names;
  for (const policy_entry& each : policies()) names.emplace_back(each.name);
  to.add_choice_or_run(
      "policy", policy, names,
      "which policy mixes; inspect --help says what each does. Or the folder of a run that learned to");
  to.add("alpha", alpha, {1e-6, 1e6}, "lambda is Beta(alpha, alpha), for policies that draw it so", alpha_of_paper);
}

mixed_features mixed_at_a_layer(device& on, network& net, const recipe_step& step, double alpha) {
  mixcon::manifold_mixup<> policy;
  policy.lambda = mixcon::beta_lambda{.alpha = alpha};
  policy.end_layer = net.layers();
  const auto plan = policy.plan(step.shape, step.draws);
  const variable x = input_of(on, step.from.images, step.shape, step.shape.samples);
  const auto mix = [&](const variable& hidden) { return blended(plan, hidden); };
  return {net.features(x, static_cast<int>(policy.layer(step.draws)), mix),
          mixcon::pair_targets_of(plan, step.from.labels)};
}

mixed_classifier::mixed_classifier(const recipe_world& world, const policy_choice& chosen)
    : network_recipe(world.on, classifier_of(world)) {
  for (const policy_entry& each : policies())
    if (chosen.policy == each.name) policy_ = &each;
  if (policy_ == nullptr) {
    if (world.trains()) learned_ = std::make_unique<policy_of_run>(world, chosen.policy);
    return;
  }
  if (policy_->takes_alpha) options_.alpha = chosen.alpha;
  options_.per = policy_->usual;
}
mixed_classifier::~mixed_classifier() = default;

std::optional<shown_mix> mixed_classifier::shown() const {
  if (learned_) return shown_mix{.learned = &learned_->policy()};
  if (policy_ == nullptr) return {};
  return shown_mix{policy_->name, options_};
}

mixed_features mixed_classifier::mixed(const recipe_step& step) {
  if (policy_ != nullptr && policy_ == &policy_called("manifold-mixup"))
    return mixed_at_a_layer(on(), net(), step, *options_.alpha);
  const batch_to_mix batch = batch_of_step(step.from.images, step.from.labels, step.shape);
  mixed_training_batch mixed =
      learned_ ? learned_->mix(batch, step.draws) : policy_->mix_for_training(batch, step.draws, options_);
  mixcon::image_shape shape = step.shape;
  shape.columns = mixed.columns;
  return {net().features(input_of(on(), mixed.images, shape, shape.samples)), std::move(mixed.targets)};
}

recipe_loss mixed_classifier::loss(const recipe_step& step) {
  const auto [features, targets] = mixed(step);
  return of_scores(cross_entropy(net().head(features), targets), features, step, net().head_width());
}

}  // namespace recipes
}  // namespace mixcon_train
