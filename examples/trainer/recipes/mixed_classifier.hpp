// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "recipes/class_scores.hpp"
#include "recipes/policy_mixer.hpp"

#include <optional>
#include <utility>

namespace mixcon_train {
inline namespace recipes {

/// Cross entropy of samples that a policy mixed, against both of their labels.
class mixed_classifier : public network_recipe {
 public:
  mixed_classifier(const recipe_world& world, const policy_choice& chosen)
      : network_recipe(world.on, classifier_of(world)), mixer_(world, chosen) {}
  recipe_wish wants() const override { return {.mixes = mixer_.needs_whole_batch()}; }
  std::optional<shown_mix> shown() const override { return mixer_.shown(); }

  recipe_loss loss(const recipe_step& step) override {
    auto [features, all] = mixed(step);
    const lent<mixcon::pair_targets> targets = own_targets_of(std::move(all), step);
    return of_scores(cross_entropy(net().head(features), *targets), features, step, net().head_width());
  }

 protected:
  /// The batch as the policy mixes it.
  virtual mixed_features mixed(const recipe_step& step) { return mixer_.encode(on(), net(), step); }

 private:
  policy_mixer mixer_;
};

}  // namespace recipes
}  // namespace mixcon_train
