// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/policy_mixer.hpp"

#include "recipes/lent_plan.hpp"
#include "recipes/lent_targets.hpp"
#include "recipes/mixed_rows.hpp"

#include <mixcon/mixes/manifold_mixup.hpp>

#include <functional>
#include <utility>

namespace mixcon_train {
inline namespace recipes {

namespace {

/// Features of this rank's samples (M, C, H, W), of which those from `first` on, its share of the N of the step, are
/// mixed in front of a random layer.
mixed_features mixed_at_a_layer(network& net, const variable& x, index_t first, const recipe_step& step, double alpha) {
  mixcon::manifold_mixup<> policy;
  policy.lambda = mixcon::beta_lambda{.alpha = alpha};
  policy.end_layer = net.layers();
  const auto plan = lent_plan(policy, step.shape, step.draws);
  const auto mix = [&](const variable& hidden) { return with_mixed_rows(*plan, hidden, first, step.share); };
  return {net.features(x, static_cast<int>(policy.layer(step.draws)), std::ref(mix)),
          targets_of_plan(*plan, step.from.labels)};
}

const policy_entry* named_policy(const std::string& name) {
  for (const policy_entry& each : policies())
    if (name == each.name) return &each;
  return nullptr;
}

}  // namespace

lent<mixcon::pair_targets> own_targets_of(lent<mixcon::pair_targets> all, const recipe_step& step) {
  if (step.share.parts == 1) return all;
  const auto keep = [&](auto& list) {
    list.erase(list.begin(), list.begin() + step.share.first(step.shape.samples));
    list.erase(list.begin() + step.own_samples(), list.end());
  };
  keep(all->own), keep(all->partner), keep(all->lambda);
  return all;
}

void policy_choice::declare_with(const char* alpha_of_paper, option_list& to) {
  std::vector<std::string> names;
  for (const policy_entry& each : policies()) names.emplace_back(each.name);
  to.add_choice_or_run(
      "policy", policy, names,
      "which policy mixes; inspect --help says what each does. Or the folder of a run that learned to");
  to.add("alpha", alpha, {1e-6, 1e6}, "lambda is Beta(alpha, alpha), for policies that draw it so", alpha_of_paper);
  const policy_entry* named = named_policy(policy);
  if (named == nullptr)
    to.idle("alpha", "the run of --policy draws lambda as it was trained to");
  else if (!named->takes_alpha)
    to.idle("alpha", "the policy " + policy + " draws no lambda by it");
}

policy_mixer::policy_mixer(const recipe_world& world, const policy_choice& chosen)
    : policy_(named_policy(chosen.policy)), is_hidden_(chosen.policy == "manifold-mixup") {
  if (policy_ == nullptr) {
    if (world.trains()) learned_ = std::make_unique<policy_of_run>(world, chosen.policy);
    return;
  }
  if (world.trains()) require_places(*policy_, world.data.kind);
  if (policy_->takes_alpha) options_.alpha = chosen.alpha;
  options_.per = policy_->usual;
}

std::optional<shown_mix> policy_mixer::shown() const {
  std::optional<shown_mix> made;
  if (learned_) made.emplace().learned = &learned_->policy();
  if (policy_ == nullptr) return made;
  made.emplace().policy = policy_->name;
  made->options = options_;
  return made;
}

mixed_training_batch policy_mixer::mixed(const recipe_step& step) const {
  const lent<batch_to_mix> batch;
  batch_of_step(step.from.images, step.from.labels, step.shape, *batch);
  return policy_->mix_for_training(*batch, step.draws, options_);
}

mixed_features policy_mixer::encode(device& on, network& net, const recipe_step& step) const {
  if (is_hidden_)
    return mixed_at_a_layer(net, own_input_of(on, step.from.images, step.shape, 1, step.share), 0, step,
                            *options_.alpha);
  if (learned_) {
    const variable images = input_of(on, step.from.images, step.shape, step.shape.samples);
    mixed_samples made = learned_->mix(images, step.from.labels, step.draws);
    return {net.features(own_rows(made.images, step)), std::move(made.targets)};
  }
  mixed_training_batch made = mixed(step);
  mixcon::image_shape shape = step.shape;
  shape.columns = made.columns;
  return {net.features(own_input_of(on, *made.images, shape, 1, step.share)), std::move(made.targets)};
}

clean_and_mixed policy_mixer::encode_beside_clean(device& on, network& net, const recipe_step& step) const {
  const index_t own = step.own_samples();
  const auto halves = [&](const variable& features, lent<mixcon::pair_targets> targets) {
    return clean_and_mixed{slice(features, 0, own), slice(features, own, 2 * own), std::move(targets)};
  };
  if (learned_) {
    const variable images = input_of(on, step.from.images, step.shape, step.shape.samples);
    mixed_samples made = learned_->mix(images, step.from.labels, step.draws);
    return halves(net.features(concatenate(own_rows(images, step), own_rows(made.images, step))),
                  std::move(made.targets));
  }
  kept_list<float> both(step.from.images.begin(), step.from.images.end());
  if (is_hidden_) {
    both.insert(both.end(), step.from.images.begin(), step.from.images.end());
    mixed_features made =
        mixed_at_a_layer(net, own_input_of(on, both, step.shape, 2, step.share), own, step, *options_.alpha);
    return halves(made.features, std::move(made.targets));
  }
  mixed_training_batch made = mixed(step);
  if (made.columns != step.shape.columns) {
    mixcon::image_shape wide = step.shape;
    wide.columns = made.columns;
    const variable clean = net.features(own_input_of(on, both, step.shape, 1, step.share));
    return {clean, net.features(own_input_of(on, *made.images, wide, 1, step.share)), std::move(made.targets)};
  }
  both.insert(both.end(), made.images->begin(), made.images->end());
  return halves(net.features(own_input_of(on, both, step.shape, 2, step.share)), std::move(made.targets));
}

}  // namespace recipes
}  // namespace mixcon_train
