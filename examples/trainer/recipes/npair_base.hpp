// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "recipes/virtual_labels.hpp"

#include <cmath>

namespace mixcon_train {
inline namespace recipes {

/// N-pair contrast: row i of the first view finds row i of the second among all of the batch, by one network. Both
/// views go through it as one batch, as in the published code of i-Mix.
class npair_base : public network_recipe {
 public:
  npair_base(const recipe_world& world, const embedding_options& chosen, const imix_options& mixing)
      : network_recipe(world.on, embedder_of(world, chosen.embedding)), chosen_(chosen), mixing_(mixing) {}
  recipe_wish wants() const override { return {.views = 2, .encoded = 2}; }

  recipe_loss loss(const recipe_step& step) override {
    const index_t samples = step.shape.samples;
    const mixed_views views = mixed_views_of(step, mixing_);
    const variable z = net().forward(input_of(on(), views.images, step.shape, 2 * samples));
    const variable queries = slice(z, 0, samples), keys = slice(z, samples, 2 * samples);
    const bool mixes = mixing_.alpha > 0;
    recipe_loss made{.embeddings = mixes ? keys : z, .views = mixes ? 1 : 2};
    made.chance = std::log(static_cast<double>(samples));
    made.loss = npair_loss(made, chosen_.temperature, views.plan, queries, keys);
    return made;
  }

 private:
  embedding_options chosen_;
  imix_options mixing_;
};

}  // namespace recipes
}  // namespace mixcon_train
