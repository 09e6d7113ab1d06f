// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/rows.hpp"
#include "recipes/imix_mixer.hpp"
#include "recipes/mixed_rows.hpp"
#include "recipes/momentum_keys.hpp"
#include "recipes/virtual_labels_over_ranks.hpp"

#include <optional>

namespace mixcon_train {
inline namespace recipes {

/// Which keys of the batch a row can find, or mistake for its own, beside those of past batches.
enum class batch_keys {
  own,  ///< its own alone, and its partner's where it is a mixture: MoCo. He et al. 2020, arXiv:1911.05722
  all   ///< those of all: MoCo-n. Lee et al. 2021, arXiv:2010.08887
};

/// A row of the first view finds the key of its other view, which a slower network makes, among past keys; a mixture
/// finds those of both of its samples.
class momentum_contrast : public network_recipe {
 public:
  momentum_contrast(const recipe_world& world, const momentum_key_options& chosen, batch_keys seen,
                    const imix_options& mixing)
      : network_recipe(world.on, embedder_of(world, chosen)),
        temperature_(chosen.temperature),
        seen_(seen),
        mixing_(world, mixing),
        keys_(world, chosen, net()) {
    register_part("keys", keys_);
  }
  static constexpr bool over_ranks = true;
  recipe_wish wants() const override { return {.views = 2, .encoded = 2, .mixes = mixing_.needs_whole_batch()}; }
  std::optional<shown_mix> shown() const override { return mixing_.shown(); }

  recipe_loss loss(const recipe_step& step) override {
    const index_t samples = step.shape.samples;
    const variable views = mixing_.views_of(step);
    const auto [queries, labels] = mixing_.embed(net(), slice(views, 0, samples), step);
    const variable keys = keys_.keys_of(own_rows(slice(views, samples, 2 * samples), step));
    recipe_loss made{.embeddings = mixing_.mixes() ? keys : concatenate(queries, keys),
                     .views = mixing_.mixes() ? 1 : 2};
    const bool sees_all = seen_ == batch_keys::all;
    if (step.share.parts == 1) {
      const auto criterion = sees_all ? moco_n_loss : moco_loss;
      made.loss = criterion(made, temperature_, labels, queries, keys, keys_.past());
    } else {
      const auto criterion = sees_all ? moco_n_loss_over_ranks : moco_loss_over_ranks;
      made.loss = criterion(made, temperature_, labels, queries, keys_.of_batch(), keys_.past(), step.share);
    }
    return made;
  }
  void after_step(index_t /*step*/, index_t /*steps*/) override { keys_.after_step(net()); }
  void begin_from_taken() override { keys_.begin_from(net()); }

 private:
  double temperature_;
  batch_keys seen_;
  imix_mixer mixing_;
  momentum_keys keys_;
};

}  // namespace recipes
}  // namespace mixcon_train
