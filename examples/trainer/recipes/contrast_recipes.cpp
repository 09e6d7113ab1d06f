// SPDX-License-Identifier: BSD-3-Clause
// SimCLR and SupCon: two views of every image, which attract their own kind.
#include "recipes/recipe_parts.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/contrast/targets/view.hpp>
#include <mixcon/losses/info_nce.hpp>

#include <cmath>

namespace mixcon_train {
inline namespace recipes {

recipe_loss contrast_loss(network& net, device& on, const settings& chosen, const recipe_step& step) {
  const index_t samples = step.shape.samples;
  recipe_loss made{.views = 2};
  made.embeddings = net.forward(input_of(on, step.from.images, step.shape, 2 * samples));
  made.chance = std::log(static_cast<double>(2 * samples - 1));
  const mixcon::objective criterion{mixcon::info_nce{.temperature = chosen.temperature}, mixcon::cosine{}};
  const variable& z = made.embeddings;
  made.loss =
      chosen.recipe == "simclr"
          ? contrasted(made, step, criterion, mixcon::view_targets{.samples = samples}, z, {z})
          : contrasted(made, step, criterion, mixcon::label_targets{.labels = step.from.labels, .views = 2}, z, {z});
  return made;
}

}  // namespace recipes
}  // namespace mixcon_train
