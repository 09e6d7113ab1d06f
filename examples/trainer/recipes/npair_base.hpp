// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/rows.hpp"
#include "recipes/imix_mixer.hpp"

#include <optional>

namespace mixcon_train {
inline namespace recipes {

/// N-pair contrast: row i of the first view finds row i of the second among all of the batch, by one network. Both
/// views go through it as one batch, as in the published code of i-Mix.
class npair_base : public network_recipe {
 public:
  npair_base(const recipe_world& world, const embedding_options& chosen, const imix_options& mixing)
      : network_recipe(world.on, embedder_of(world, chosen)),
        temperature_(chosen.temperature),
        mixing_(world, mixing) {}
  static constexpr bool over_ranks = true;
  recipe_wish wants() const override { return {.views = 2, .encoded = 2, .mixes = mixing_.needs_whole_batch()}; }
  std::optional<shown_mix> shown() const override { return mixing_.shown(); }

  recipe_loss loss(const recipe_step& step) override {
    const index_t samples = step.own_samples();
    const auto [z, labels] = mixing_.embed(net(), mixing_.views_of(step), step);
    const variable queries = slice(z, 0, samples), keys = slice(z, samples, 2 * samples);
    recipe_loss made{.embeddings = mixing_.mixes() ? keys : z, .views = mixing_.mixes() ? 1 : 2};
    made.loss = npair_loss(made, temperature_, labels, queries, keys);
    return made;
  }

 private:
  double temperature_;
  imix_mixer mixing_;
};

}  // namespace recipes
}  // namespace mixcon_train
