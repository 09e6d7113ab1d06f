// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/mixer_recipe.hpp"

#include "autograd/elementwise.hpp"

#include <utility>

namespace mixcon_train {
inline namespace recipes {

void mixing_weights::declare(option_list& to) {
  to.add("mixed-weight", mixed_weight, {0, 1e3}, "of the network's loss of mixtures", "1");
  to.add("clean-weight", clean_weight, {0, 1e3}, "of its loss of the batch itself", "1");
  to.add("mixer-weight", mixer_weight, {0, 1e3}, "of the mixer's loss of its mixtures", "1");
}

mixer_recipe::mixer_recipe(const recipe_world& world, const mixer_options& chosen, std::unique_ptr<network> made,
                           std::unique_ptr<network> key)
    : network_recipe(world.on, std::move(made)),
      mixer_(std::make_unique<learned_mixer>(world, chosen, std::move(key), net())),
      net_(&net()) {
  register_part("mixer", *mixer_);
}

void mixer_recipe::begin_step(const recipe_step& step, const variable& own, const variable& others,
                              const std::vector<int>& labels) {
  const index_t samples = step.shape.samples;
  last_ = {.by_key = mixer_->plan_of_mixer(samples, step.draws.within("mixer")),
           .by_query = mixer_->plan(samples, step.draws.within("encoder"))};
  const mask_plan& by = last_.by_query;
  {
    const without_gradients guard;
    last_.masks = mixer_->masks_among(own, others, by);
  }
  last_.corrected = mixer_->adjusted_masks(last_.masks, by, labels);
}

variable mixer_recipe::learned(const recipe_step& step, double weight, const variable& own, const variable& others) {
  if (!mixer_->learns(step)) return {};
  const mask_plan& by = last_.by_key;
  const variable masks = mixer_->masks_among(own, others, by);
  const variable shown = mixer_->shown_masks(masks, by);
  const variable of_mixtures = loss_of_mixer(step, shown), of_masks = mixer_->loss_of(masks, by, step);
  last_.loss = constant(of_mixtures), last_.key_masks = constant(shown);
  const variable weighted = scale(of_mixtures, weight);
  return of_masks ? add(weighted, of_masks) : weighted;
}

std::vector<health_number> mixer_recipe::health(const recipe_step& step) {
  const double lambda = last_.by_query.lambda;
  const mask_health before = health_of(last_.masks, lambda), after = health_of(last_.corrected, lambda);
  std::vector<health_number> all{{"mask_minus_lambda", before.mean_minus_lambda},
                                 {"corrected_mask_minus_lambda", after.mean_minus_lambda},
                                 {"mask_variance", before.variance},
                                 {"key_distance", mixer_->distance_to(net())}};
  if (!last_.loss) return all;
  const without_gradients guard;
  const auto by_constant = [&](double share) {
    const variable masks(filled(on(), {step.shape.samples, 1, 1, 1}, share));
    return mixer_->unchanged([&] { return loss_of_mixer(step, masks).number(); });
  };
  const double of_key = last_.by_key.lambda;
  all.push_back({"mixer_loss", last_.loss.number()});
  all.push_back({"constant_mask_loss", by_constant(1 - of_key)});
  all.push_back(
      {"same_mean_mask_loss", by_constant(1 - of_key - health_of(last_.key_masks, of_key).mean_minus_lambda)});
  return all;
}

}  // namespace recipes
}  // namespace mixcon_train
