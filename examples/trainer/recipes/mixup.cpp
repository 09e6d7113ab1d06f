// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/mixed_classifier.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class mixup_recipe final : public mixed_classifier {
 public:
  static constexpr const char *name = "mixup", *summary = "cross entropy on mixed samples",
                              *paper = "Zhang et al. 2018, arXiv:1710.09412";
  static constexpr bool over_ranks = true;
  struct options : policy_choice {
    options() { policy = "mixup"; }
  };

  mixup_recipe(const recipe_world& world, const options& chosen) : mixed_classifier(world, chosen) {}
};

}  // namespace

recipe_entry mixup_entry() { return entry_of<mixup_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
