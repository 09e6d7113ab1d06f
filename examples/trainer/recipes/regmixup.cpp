// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/clean_and_mixed.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class regmixup_recipe final : public clean_and_mixed_recipe {
 public:
  static constexpr const char *name = "regmixup", *summary = "cross entropy of the batch, and of its mixtures",
                              *paper = "Pinto et al. 2022, arXiv:2206.14502";
  static constexpr bool over_ranks = true;
  using options = regmixup_options;
  using clean_and_mixed_recipe::clean_and_mixed_recipe;

 protected:
  std::pair<variable, double> loss_of_mixed(const variable& features, lent<mixcon::pair_targets> targets,
                                            const recipe_step& step) override {
    const lent<mixcon::pair_targets> own = own_targets_of(std::move(targets), step);
    return {cross_entropy(net().head(features), *own), std::log(static_cast<double>(net().head_width()))};
  }
};

}  // namespace

recipe_entry regmixup_entry() { return entry_of<regmixup_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
