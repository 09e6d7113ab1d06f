// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/class_scores.hpp"

#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/labels/label_rules.hpp>
#include <mixcon/mixes/mixup.hpp>

namespace mixcon_train {
inline namespace recipes {

namespace {

/// Mixup whose label is the rarer class alone where it is `kappa` times as rare as the other and visible enough.
class remix_recipe final : public network_recipe {
 public:
  static constexpr const char *name = "remix", *summary = "mixup whose labels lean to rare classes",
                              *paper = "Chou et al. 2020, arXiv:2007.03943";
  struct options : alpha_option {
    double kappa = 3, tau = 0.5;
    void declare(option_list& to) {
      alpha_option::declare(to);
      to.add("kappa", kappa, {1, 1e9}, "how many times as frequent the other class is, at least", "3");
      to.add("tau", tau, {0, 1}, "the label is the rare class alone while the other's share is below", "0.5");
    }
  };

  remix_recipe(const recipe_world& world, const options& chosen)
      : network_recipe(world.on, classifier_of(world)), chosen_(chosen), counts_(world.data.class_counts) {
    MIXCON_REQUIRE(world.data.classes >= 2, "--recipe ", name, ": the training set has ", world.data.classes,
                   " class; expected at least two, of which one can be rarer.");
  }
  std::optional<shown_mix> shown() const override { return shown_mix{"mixup", {.alpha = chosen_.alpha}}; }

  recipe_loss loss(const recipe_step& step) override {
    const auto plan = mixcon::mixup<>{.lambda = {.alpha = chosen_.alpha}}.plan(step.shape, step.draws);
    std::vector<float> images = step.from.images;
    mixcon::blend(plan, as_images(step.from.images.data(), step.shape), as_images(images.data(), step.shape));
    const mixcon::remix rule{.kappa = chosen_.kappa, .tau = chosen_.tau};
    const variable features = net().features(input_of(on(), images, step.shape, step.shape.samples));
    return of_scores(
        cross_entropy(net().head(features), rule(mixcon::pair_targets_of(plan, step.from.labels), counts_)), features,
        step, net().head_width());
  }

 private:
  options chosen_;
  std::vector<index_t> counts_;  // of each class in the training set
};

}  // namespace

recipe_entry remix_entry() { return entry_of<remix_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
