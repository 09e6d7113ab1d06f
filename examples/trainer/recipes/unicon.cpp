// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/universum_recipe.hpp"

#include <mixcon/losses/unicon.hpp>

namespace mixcon_train {
inline namespace recipes {

namespace {

class unicon_recipe final : public universum_recipe {
 public:
  static constexpr const char *name = "unicon",
                              *summary =
                                  "views are drawn to universum samples of their class, as in the published code",
                              *paper = "Han et al. 2022, arXiv:2204.10695";
  using options = universum_options;
  using universum_recipe::universum_recipe;
  static std::vector<preferred_value> paper_values(sample_kind kind) { return paper_of_unicon(kind); }

  recipe_loss loss(const recipe_step& step) override {
    const auto [z, u] = encode(step);
    return compared(z, mixcon::unicon_targets(step.own_labels()), {u});
  }
};

}  // namespace

recipe_entry unicon_entry() { return entry_of<unicon_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
