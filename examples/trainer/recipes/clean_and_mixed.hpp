// SPDX-License-Identifier: BSD-3-Clause
// RegMixup: the loss of a batch, and that of its mixtures beside it. Pinto et al. 2022, arXiv:2206.14502.
#pragma once

#include "recipes/class_scores.hpp"
#include "recipes/policy_mixer.hpp"

#include <optional>
#include <utility>

namespace mixcon_train {
inline namespace recipes {

/// The options of RegMixup: lambda near one half, and the weight of the mixed batch (eta, or gamma).
struct regmixup_options : policy_choice {
  double mixed_weight = 1;
  regmixup_options() { policy = "regmixup", alpha = 20; }
  void declare(option_list& to) {
    policy_choice::declare_with("20", to);
    to.add("mixed-weight", mixed_weight, {0, 1e3}, "of the mixed batch's loss; the clean one's has 1", "1");
  }
};

/// A recipe whose loss is the cross entropy of a batch, and a loss of its mixtures.
class clean_and_mixed_recipe : public network_recipe {
 public:
  clean_and_mixed_recipe(const recipe_world& world, const regmixup_options& chosen)
      : network_recipe(world.on, classifier_of(world)), weight_(chosen.mixed_weight), mixer_(world, chosen) {}
  recipe_wish wants() const override { return {.encoded = 2, .mixes = mixer_.needs_whole_batch()}; }
  std::optional<shown_mix> shown() const override { return mixer_.shown(); }

  recipe_loss loss(const recipe_step& step) override {
    clean_and_mixed encoded = mixer_.encode_beside_clean(on(), net(), step);
    const auto [of_mixed, chance] = loss_of_mixed(encoded.mixed, std::move(encoded.targets), step);
    const variable of_clean = cross_entropy(net().head(encoded.clean), step.own_labels());
    recipe_loss made = of_scores(add(of_clean, scale(of_mixed, weight_)), encoded.clean, step, net().head_width());
    made.chance += weight_ * chance;
    return made;
  }

 protected:
  /// Of features (M, F) of this rank's mixtures, and the targets of all N: the loss, and what it is of features that
  /// know nothing.
  virtual std::pair<variable, double> loss_of_mixed(const variable& features, lent<mixcon::pair_targets> targets,
                                                    const recipe_step& step) = 0;

 private:
  double weight_;
  policy_mixer mixer_;
};

}  // namespace recipes
}  // namespace mixcon_train
