// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/mixed_classifier.hpp"

#include <mixcon/mix/labels/label_rules.hpp>

#include <utility>

namespace mixcon_train {
inline namespace recipes {

namespace {

/// Mixtures whose label is the rarer class alone where it is `kappa` times as rare as the other and visible enough.
class remix_recipe final : public mixed_classifier {
 public:
  static constexpr const char *name = "remix", *summary = "mixup whose labels lean to rare classes",
                              *paper = "Chou et al. 2020, arXiv:2007.03943";
  static constexpr bool over_ranks = true;
  struct options : policy_choice {
    double kappa = 3, tau = 0.5;
    options() { policy = "mixup"; }
    void declare(option_list& to) {
      policy_choice::declare(to);
      to.add("kappa", kappa, {1, 1e9}, "how many times as frequent the other class is, at least", "3");
      to.add("tau", tau, {0, 1}, "the label is the rare class alone while the other's share is below", "0.5");
    }
  };

  remix_recipe(const recipe_world& world, const options& chosen)
      : mixed_classifier(world, chosen), chosen_(chosen), counts_(world.data.class_counts) {}

 protected:
  mixed_features mixed(const recipe_step& step) override {
    mixed_features made = mixed_classifier::mixed(step);
    *made.targets = mixcon::remix{.kappa = chosen_.kappa, .tau = chosen_.tau}(std::move(*made.targets), counts_);
    return made;
  }

 private:
  options chosen_;
  std::vector<index_t> counts_;  // of each class in the training set
};

}  // namespace

recipe_entry remix_entry() { return entry_of<remix_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
