// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/rows.hpp"
#include "recipes/prediction.hpp"
#include "recipes/virtual_labels.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class imix_byol_recipe final : public target_recipe {
 public:
  static constexpr const char *name = "imix-byol",
                              *summary = "a mixture predicts what a slower network makes of both of its samples",
                              *paper = "Lee et al. 2021, arXiv:2010.08887";
  struct options : target_options, imix_options {
    void declare(option_list& to) { target_options::declare(to), imix_options::declare(to); }
  };
  static std::vector<preferred_value> preferred(sample_kind kind, index_t channels) {
    return imix_values(kind, channels);
  }
  /// The published code keeps the decay at 0.999; here it rises from there to 1.
  static std::vector<preferred_value> paper_values(sample_kind kind) {
    std::vector<preferred_value> more{{"hidden", "2048"}, {"key-decay", "0.999"}};
    if (kind == sample_kind::row) more.emplace_back("input-drop", "0");
    return paper_of_imix(kind, "2000", more);
  }

  imix_byol_recipe(const recipe_world& world, const options& chosen) : target_recipe(world, chosen), mixing_(chosen) {
    require_mixable(world, chosen);
  }
  recipe_wish wants() const override { return {.views = 2, .encoded = 2}; }
  std::optional<shown_mix> shown() const override { return mixing_.shown(); }

  /// One direction, as in the published code: mixtures of the first view, targets of the second.
  recipe_loss loss(const recipe_step& step) override {
    const index_t samples = step.shape.samples;
    const variable views = views_of(on(), step, mixing_);
    const variable targets = target_of(slice(views, samples, 2 * samples));
    const auto [z, labels] = embed_mixed(net(), slice(views, 0, samples), step, mixing_);
    recipe_loss made{.embeddings = targets, .chance = 2};
    const mixcon::byol mixed{.lambda = mixcon::view(labels.lambda), .partner = labels.partner};
    made.loss = loss_of(made, mixed, predicted(z), targets);
    return made;
  }

 private:
  imix_options mixing_;
};

}  // namespace

recipe_entry imix_byol_entry() { return entry_of<imix_byol_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
