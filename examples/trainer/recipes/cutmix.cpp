// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/mixed_classifier.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class cutmix_recipe final : public mixed_classifier {
 public:
  static constexpr const char *name = "cutmix", *summary = "cross entropy on samples with a box of another",
                              *paper = "Yun et al. 2019, arXiv:1905.04899";
  static constexpr bool over_ranks = true;
  static constexpr sample_kind kinds[] = {sample_kind::image, sample_kind::clip};  // a row has no boxes
  struct options : policy_choice {
    options() { policy = "cutmix"; }
  };

  cutmix_recipe(const recipe_world& world, const options& chosen) : mixed_classifier(world, chosen) {}
};

}  // namespace

recipe_entry cutmix_entry() { return entry_of<cutmix_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
