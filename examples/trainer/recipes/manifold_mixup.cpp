// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/mixed_classifier.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class manifold_mixup_recipe final : public network_recipe {
 public:
  static constexpr const char *name = "manifold-mixup", *summary = "cross entropy on features mixed at a random layer",
                              *paper = "Verma et al. 2019, arXiv:1806.05236";
  using options = alpha_option;

  manifold_mixup_recipe(const recipe_world& world, const options& chosen)
      : network_recipe(world.on, classifier_of(world)), chosen_(chosen) {}

  recipe_loss loss(const recipe_step& step) override {
    const auto [features, targets] = mixed_at_a_layer(on(), net(), step, chosen_.alpha);
    return of_scores(cross_entropy(net().head(features), targets), features, step, net().head_width());
  }
  std::optional<shown_mix> shown() const override { return shown_mix{"mixup", {.alpha = chosen_.alpha}}; }

 private:
  options chosen_;
};

}  // namespace

recipe_entry manifold_mixup_entry() { return entry_of<manifold_mixup_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
