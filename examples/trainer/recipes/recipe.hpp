// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/loader.hpp"
#include "options/settings.hpp"
#include "recipes/network.hpp"

#include <mixcon/mix/box.hpp>

#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// What a recipe made of a batch.
struct recipe_loss {
  variable loss{};
  variable embeddings{};     ///< (V * N, D) of the views that are no mixtures, view by view
  index_t views = 1;         ///< V
  double chance = 0;         ///< the loss of embeddings or scores that know nothing
  index_t anchors = 0;       ///< rows that the loss is a mean over
  index_t anchors_used = 0;  ///< those among them that had a positive; counted when asked for
};

/// A batch, and what else a recipe needs to know of the run.
struct recipe_step {
  const batch& from;
  mixcon::image_shape shape{};  ///< of one view of the batch
  index_t step = 0;             ///< keys the random numbers, with the seed
  bool counts_anchors = false;
};

/// How many views of each image a recipe wants, and how many images it encodes for each of the batch.
index_t views_of(const settings& chosen);
index_t encoded_images_of(const settings& chosen);

/// The loss of a batch by the recipe that settings name.
recipe_loss loss_of(network& net, device& on, const settings& chosen, const recipe_step& step);

/// The families of recipes, each in a file of its own.
recipe_loss classifier_loss(network& net, device& on, const settings& chosen, const recipe_step& step);
recipe_loss contrast_loss(network& net, device& on, const settings& chosen, const recipe_step& step);
recipe_loss supmix_loss(network& net, device& on, const settings& chosen, const recipe_step& step);
recipe_loss unicon_loss(network& net, device& on, const settings& chosen, const recipe_step& step);

}  // namespace recipes
}  // namespace mixcon_train
