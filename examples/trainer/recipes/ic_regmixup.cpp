// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/class_scores.hpp"
#include "recipes/clean_and_mixed.hpp"
#include "recipes/mixed_classes.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class ic_regmixup_recipe final : public network_recipe {
 public:
  static constexpr const char *name = "ic-regmixup",
                              *summary = "cross entropy of the batch, and its mixtures as classes of their own",
                              *paper = "Mensink and Mettes 2023, arXiv:2305.10293";
  struct options : regmixup_options, mixed_class_options {
    void declare(option_list& to) { regmixup_options::declare(to), mixed_class_options::declare(to); }
  };
  static std::vector<preferred_value> paper_values() { return paper_of_mixed_classes("20"); }

  ic_regmixup_recipe(const recipe_world& world, const options& chosen)
      : network_recipe(world.on, classifier_of(world)), chosen_(chosen) {
    require_classes_to_mix(name, world);
  }
  recipe_wish wants() const override { return {.encoded = 2}; }
  std::optional<shown_mix> shown() const override { return chosen_.shown(); }

  recipe_loss loss(const recipe_step& step) override {
    const auto [clean, mixed, targets] = encode_clean_and_mixed(on(), net(), step, chosen_.alpha);
    const auto [of_mixed, chance] = loss_of_mixed_classes(chosen_, net(), mixed, targets);
    const variable of_clean = cross_entropy(net().head(clean), step.from.labels);
    recipe_loss made = of_scores(add(of_clean, scale(of_mixed, chosen_.mixed_weight)), clean, step, net().head_width());
    made.chance += chosen_.mixed_weight * chance;
    return made;
  }

 private:
  options chosen_;
};

}  // namespace

recipe_entry ic_regmixup_entry() { return entry_of<ic_regmixup_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
