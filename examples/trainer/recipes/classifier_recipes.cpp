// SPDX-License-Identifier: BSD-3-Clause
// Cross entropy: of plain images, of images mixed by Mixup or CutMix, and of features mixed at a random layer.
#include "autograd/blend_node.hpp"
#include "recipes/recipe_parts.hpp"

#include <mixcon/mix/labels/pair_targets.hpp>
#include <mixcon/mixes/cutmix.hpp>
#include <mixcon/mixes/manifold_mixup.hpp>
#include <mixcon/mixes/mixup.hpp>

#include <cmath>

namespace mixcon_train {
inline namespace recipes {

namespace {

/// Scores of a batch that a policy mixed, against both of its labels.
template <class Policy>
recipe_loss of_mixed_images(network& net, device& on, Policy policy, const settings& chosen, const recipe_step& step) {
  policy.lambda = mixcon::beta_lambda{.alpha = chosen.alpha};
  const auto plan = policy.plan(step.shape, draws_of(chosen, step));
  std::vector<float> mixed(step.from.images.size());
  mixcon::blend(plan, as_images(step.from.images.data(), step.shape), as_images(mixed.data(), step.shape));
  const variable features = net.features(input_of(on, mixed, step.shape, step.shape.samples));
  return {.loss = cross_entropy(net.head(features), mixcon::pair_targets_of(plan, step.from.labels)),
          .embeddings = features};
}

recipe_loss of_mixed_features(network& net, device& on, const settings& chosen, const recipe_step& step) {
  mixcon::manifold_mixup<> policy;
  policy.lambda = mixcon::beta_lambda{.alpha = chosen.alpha};
  policy.end_layer = net.layers();
  const mixcon::philox_draws draws = draws_of(chosen, step);
  const auto plan = policy.plan(step.shape, draws);
  const variable features = net.features(input_of(on, step.from.images, step.shape, step.shape.samples),
                                         static_cast<int>(policy.layer(draws)),
                                         [&](const variable& hidden) { return blended(plan, hidden); });
  return {.loss = cross_entropy(net.head(features), mixcon::pair_targets_of(plan, step.from.labels)),
          .embeddings = features};
}

}  // namespace

recipe_loss classifier_loss(network& net, device& on, const settings& chosen, const recipe_step& step) {
  recipe_loss made;
  if (chosen.recipe == "mixup") {
    made = of_mixed_images(net, on, mixcon::mixup<>{}, chosen, step);
  } else if (chosen.recipe == "cutmix") {
    made = of_mixed_images(net, on, mixcon::cutmix<>{}, chosen, step);
  } else if (chosen.recipe == "manifold-mixup") {
    made = of_mixed_features(net, on, chosen, step);
  } else {
    made.embeddings = net.features(input_of(on, step.from.images, step.shape, step.shape.samples));
    made.loss = cross_entropy(net.head(made.embeddings), step.from.labels);
  }
  made.anchors = made.anchors_used = step.shape.samples;
  made.chance = std::log(static_cast<double>(net.head_width()));
  return made;
}

}  // namespace recipes
}  // namespace mixcon_train
