// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/class_scores.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class cross_entropy_recipe final : public network_recipe {
 public:
  static constexpr const char *name = "ce", *summary = "cross entropy", *paper = "";
  static constexpr bool over_ranks = true;
  using options = no_options;

  cross_entropy_recipe(const recipe_world& world, const options& /*chosen*/)
      : network_recipe(world.on, classifier_of(world)) {}

  recipe_loss loss(const recipe_step& step) override {
    const variable x = own_input_of(on(), step.from.images, step.shape, 1, step.share);
    const variable features = net().features(x);
    return of_scores(cross_entropy(net().head(features), step.own_labels()), features, step, net().head_width());
  }
};

}  // namespace

recipe_entry cross_entropy_entry() { return entry_of<cross_entropy_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
