// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/clean_and_mixed.hpp"
#include "recipes/mixed_classes.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class ic_regmixup_recipe final : public clean_and_mixed_recipe {
 public:
  static constexpr const char *name = "ic-regmixup",
                              *summary = "cross entropy of the batch, and its mixtures as classes of their own",
                              *paper = "Mensink and Mettes 2023, arXiv:2305.10293";
  static constexpr bool over_ranks = true;
  struct options : regmixup_options, mixed_class_options {
    void declare(option_list& to) { regmixup_options::declare(to), mixed_class_options::declare(to); }
  };
  static std::vector<preferred_value> paper_values(sample_kind kind) { return paper_of_mixed_classes(kind, "20"); }

  ic_regmixup_recipe(const recipe_world& world, const options& chosen)
      : clean_and_mixed_recipe(world, chosen), classes_(chosen) {}

 protected:
  std::pair<variable, double> loss_of_mixed(const variable& features, lent<mixcon::pair_targets> targets,
                                            const recipe_step& /*step*/) override {
    const mixed_class_loss made = loss_of_mixed_classes(classes_, net(), features, *targets);
    return {made.loss, made.chance};
  }

 private:
  mixed_class_options classes_;
};

}  // namespace

recipe_entry ic_regmixup_entry() { return entry_of<ic_regmixup_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
