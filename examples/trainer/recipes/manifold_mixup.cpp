// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/mixed_classifier.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class manifold_mixup_recipe final : public mixed_classifier {
 public:
  static constexpr const char *name = "manifold-mixup", *summary = "cross entropy on features mixed at a random layer",
                              *paper = "Verma et al. 2019, arXiv:1806.05236";
  static constexpr bool over_ranks = true;
  using options = alpha_option;

  manifold_mixup_recipe(const recipe_world& world, const options& chosen)
      : mixed_classifier(world, {.policy = name, .alpha = chosen.alpha}) {}
};

}  // namespace

recipe_entry manifold_mixup_entry() { return entry_of<manifold_mixup_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
