// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/mixed_classes.hpp"
#include "recipes/mixed_classifier.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class infinite_class_mixup_recipe final : public mixed_classifier {
 public:
  static constexpr const char *name = "infinite-class-mixup",
                              *summary = "a mixed sample is a class, with a classifier mixed as it is",
                              *paper = "Mensink and Mettes 2023, arXiv:2305.10293";
  static constexpr bool over_ranks = true;
  struct options : policy_choice, mixed_class_options {
    options() { policy = "mixup"; }
    void declare(option_list& to) { policy_choice::declare_with("0.2", to), mixed_class_options::declare(to); }
  };
  static std::vector<preferred_value> paper_values(sample_kind kind) { return paper_of_mixed_classes(kind, "0.2"); }

  infinite_class_mixup_recipe(const recipe_world& world, const options& chosen)
      : mixed_classifier(world, chosen), chosen_(chosen) {}

  recipe_loss loss(const recipe_step& step) override {
    const auto [features, targets] = mixed(step);
    const auto [loss, chance] = loss_of_mixed_classes(chosen_, net(), features, *targets);
    const index_t samples = step.shape.samples;
    return {.loss = loss, .embeddings = features, .chance = chance, .anchors = samples, .anchors_used = samples};
  }

 private:
  options chosen_;
};

}  // namespace

recipe_entry infinite_class_mixup_entry() { return entry_of<infinite_class_mixup_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
