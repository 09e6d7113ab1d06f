// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/class_scores.hpp"
#include "recipes/clean_and_mixed.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class regmixup_recipe final : public network_recipe {
 public:
  static constexpr const char *name = "regmixup", *summary = "cross entropy of the batch, and of its mixtures",
                              *paper = "Pinto et al. 2022, arXiv:2206.14502";
  using options = regmixup_options;

  regmixup_recipe(const recipe_world& world, const options& chosen)
      : network_recipe(world.on, classifier_of(world)), chosen_(chosen) {}
  recipe_wish wants() const override { return {.encoded = 2}; }
  std::optional<shown_mix> shown() const override { return chosen_.shown(); }

  recipe_loss loss(const recipe_step& step) override {
    const auto [clean, mixed, targets] = encode_clean_and_mixed(on(), net(), step, chosen_.alpha);
    const variable of_clean = cross_entropy(net().head(clean), step.from.labels);
    const variable of_mixed = cross_entropy(net().head(mixed), targets);
    recipe_loss made = of_scores(add(of_clean, scale(of_mixed, chosen_.mixed_weight)), clean, step, net().head_width());
    made.chance *= 1 + chosen_.mixed_weight;
    return made;
  }

 private:
  options chosen_;
};

}  // namespace

recipe_entry regmixup_entry() { return entry_of<regmixup_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
