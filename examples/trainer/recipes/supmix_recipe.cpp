// SPDX-License-Identifier: BSD-3-Clause
// SupMix: a view of every image, and mixtures of the other view with the batch in reverse order. Han et al. 2022,
// arXiv:2204.10695.
#include "recipes/recipe_parts.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/mixes/mixup.hpp>

#include <algorithm>
#include <cmath>

namespace mixcon_train {
inline namespace recipes {

recipe_loss supmix_loss(network& net, device& on, const settings& chosen, const recipe_step& step) {
  const index_t samples = step.shape.samples;
  mixcon::mixup<mixcon::beta_lambda, mixcon::pairing::reverse> policy;
  policy.lambda = mixcon::beta_lambda{.alpha = chosen.alpha};
  const auto plan = policy.plan(step.shape, draws_of(chosen, step));
  std::vector<float> images = step.from.images;
  const index_t half = static_cast<index_t>(images.size()) / 2;
  mixcon::blend(plan, as_images(step.from.images.data() + half, step.shape),
                as_images(images.data() + half, step.shape));

  recipe_loss made;
  const variable z = net.forward(input_of(on, images, step.shape, 2 * samples));
  made.embeddings = slice(z, 0, samples);
  made.chance = std::log(static_cast<double>(2 * samples - 1));
  // SupCon twice over the same rows: a mixture counts as its own class by lambda, as its partner's by 1 - lambda
  std::vector<int> own = step.from.labels, partner = own;
  own.insert(own.end(), step.from.labels.begin(), step.from.labels.end());
  partner.insert(partner.end(), step.from.labels.rbegin(), step.from.labels.rend());
  const mixcon::objective criterion{mixcon::info_nce{.temperature = chosen.temperature}, mixcon::cosine{}};
  const double lambda = plan.lambda_of(0);
  const variable by_partner = contrasted(made, step, criterion, mixcon::label_targets{.labels = partner}, z, {z});
  const variable by_own = contrasted(made, step, criterion, mixcon::label_targets{.labels = own}, z, {z});
  made.loss = add(scale(by_own, lambda), scale(by_partner, 1 - lambda));
  return made;
}

}  // namespace recipes
}  // namespace mixcon_train
