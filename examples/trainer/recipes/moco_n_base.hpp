// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/rows.hpp"
#include "recipes/momentum_keys.hpp"
#include "recipes/virtual_labels.hpp"

#include <cmath>

namespace mixcon_train {
inline namespace recipes {

/// MoCo-n: a row of the first view finds the key of its other view among those of the batch and of past ones. The keys
/// of the batch are candidates for all, so that a mixture can find both of its samples. Lee et al. 2021,
/// arXiv:2010.08887.
class moco_n_base : public network_recipe {
 public:
  moco_n_base(const recipe_world& world, const momentum_key_options& chosen, const imix_options& mixing)
      : network_recipe(world.on, embedder_of(world, chosen.embedding)),
        chosen_(chosen),
        mixing_(mixing),
        keys_(world, chosen, net()) {
    register_part("keys", keys_);
  }
  recipe_wish wants() const override { return {.views = 2, .encoded = 2}; }

  recipe_loss loss(const recipe_step& step) override {
    const index_t samples = step.shape.samples;
    const mixed_views views = mixed_views_of(step, mixing_);
    const variable inputs = input_of(on(), views.images, step.shape, 2 * samples);
    const variable queries = net().forward(slice(inputs, 0, samples));
    const variable keys = keys_.keys_of(slice(inputs, samples, 2 * samples));
    const bool mixes = mixing_.alpha > 0;
    recipe_loss made{.embeddings = mixes ? keys : concatenate(queries, keys), .views = mixes ? 1 : 2};
    made.chance = std::log(static_cast<double>(samples + chosen_.queue));
    made.loss = moco_n_loss(made, chosen_.temperature, views.plan, queries, keys, keys_.past());
    return made;
  }
  void after_step(index_t /*step*/, index_t /*steps*/) override { keys_.after_step(net()); }
  void begin_from_taken() override { keys_.begin_from(net()); }

 private:
  momentum_key_options chosen_;
  imix_options mixing_;
  momentum_keys keys_;
};

}  // namespace recipes
}  // namespace mixcon_train
