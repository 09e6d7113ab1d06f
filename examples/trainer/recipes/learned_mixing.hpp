// SPDX-License-Identifier: BSD-3-Clause
// What recipes share that train a mixer beside a classifier.
#pragma once

#include "recipes/eta_loss.hpp"
#include "recipes/mixer_recipe.hpp"

namespace mixcon_train {
inline namespace recipes {

struct learned_mixing_options : mixer_options, eta_options, mixing_weights {
  void declare(option_list& to) {
    mixer_options::declare(to), eta_options::declare(to), mixing_weights::declare(to);
    to.add("plain-in-class", plain_in_class, "pairs of one class are mixed without a mask, for the encoder");
  }
};

/// Cross entropy of the batch and of its mixtures; the mixer learns by one of the losses of `eta_loss`.
class learned_mixing : public mixer_recipe {
 public:
  learned_mixing(const recipe_world& world, const learned_mixing_options& chosen)
      : mixer_recipe(world, chosen, classifier_of(world), classifier_of(world)), chosen_(chosen) {}
  recipe_wish wants() const override { return {.encoded = 3}; }
  recipe_loss loss(const recipe_step& step) override;

 protected:
  variable loss_of_mixer(const recipe_step& step, const variable& masks) override;

 private:
  learned_mixing_options chosen_;
  variable images_{};  // of a step
};

}  // namespace recipes
}  // namespace mixcon_train
