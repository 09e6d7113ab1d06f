// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/prediction.hpp"

#include "autograd/over_ranks.hpp"
#include "autograd/prediction_loss.hpp"

#include <cmath>
#include <numbers>

namespace mixcon_train {
inline namespace recipes {

namespace {

/// An encoder with the projector of BYOL, an MLP with one hidden layer.
std::unique_ptr<network> projecting(const recipe_world& world, const prediction_options& chosen) {
  return std::make_unique<network>(world.on, world.new_encoder(world.seed), network::head_kind::projection,
                                   std::vector<index_t>{chosen.hidden, chosen.embedding}, world.seed + 1);
}

}  // namespace

void prediction_options::declare(option_list& to) {
  to.add("embedding", embedding, {2, 65536}, "width of an embedding", "256, SimSiam 2048");
  to.add("hidden", hidden, {2, 65536}, "width of the predictor's hidden layer, and BYOL's projector's",
         "4096, SimSiam 512");
}

void target_options::declare(option_list& to) {
  prediction_options::declare(to);
  to.add("key-decay", key_decay, {0, 1}, "share of itself that the target keeps at the first step; rises to 1",
         "0.996");
}

prediction_recipe::prediction_recipe(const recipe_world& world, const prediction_options& chosen,
                                     std::unique_ptr<network> net)
    : network_recipe(world.on, std::move(net)),
      predictor_(world.on, {chosen.embedding, chosen.hidden, chosen.embedding}, world.seed + 2) {
  register_part("predictor", predictor_);
}

variable prediction_recipe::loss_of(recipe_loss& made, const recipe_step& step, const mixcon::byol& loss,
                                    const variable& predictions, const variable& targets) {
  made.anchors += step.shape.samples, made.anchors_used = made.anchors;
  return mean_over_ranks(predictions.on(), [&] { return prediction_loss(loss, predictions, targets); });
}

target_recipe::target_recipe(const recipe_world& world, const target_options& chosen)
    : prediction_recipe(world, chosen, projecting(world, chosen)),
      decay_(chosen.key_decay),
      target_(projecting(world, chosen), net()) {
  register_part("target", target_);
}

void target_recipe::after_step(index_t step, index_t steps) {
  const double passed = static_cast<double>(step) / static_cast<double>(steps);
  target_.follow(net(), 1 - (1 - decay_) * (std::cos(std::numbers::pi * passed) + 1) / 2);
}

}  // namespace recipes
}  // namespace mixcon_train
