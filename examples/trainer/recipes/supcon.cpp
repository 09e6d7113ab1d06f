// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/classes_to_learn.hpp"
#include "recipes/losses.hpp"
#include "recipes/preferred_views.hpp"

#include <cmath>

namespace mixcon_train {
inline namespace recipes {

namespace {

class supcon_recipe final : public network_recipe {
 public:
  static constexpr const char *name = "supcon", *summary = "all views of a class attract each other",
                              *paper = "Khosla et al. 2020, arXiv:2004.11362";
  static constexpr bool over_ranks = true;
  struct options : comparing_options {
    void declare(option_list& to) { declare_with(true, to); }
  };

  supcon_recipe(const recipe_world& world, const options& chosen)
      : network_recipe(world.on, embedder_of(world, chosen)),
        chosen_(chosen),
        loss_(&comparing_loss_called(chosen.loss)) {
    require_classes_to_learn(world.data.classes);
  }
  static std::vector<preferred_value> preferred(sample_kind kind) { return views_of_numbers(kind); }
  /// On CIFAR-10, by the published code (HobbitLong/SupContrast).
  static std::vector<preferred_value> paper_values(sample_kind kind) {
    if (kind != sample_kind::image) return {};
    return {{"arch", "resnet50"},
            {"width", "64"},
            {"batch", "1024"},
            {"epochs", "1000"},
            {"lr", "0.5"},
            {"floor", "5e-4"},
            {"warm-up", "0.01"},
            {"weight-decay", "1e-4"},
            {"embedding", "128"},
            {"head-hidden", "2048"},
            {"temperature", "0.1"},
            {"crop", "1"},
            {"crop-smallest", "0.2"},
            {"flip", "0.5"},
            {"jitter", "0.8"},
            {"grey", "0.2"},
            {"blur", "0"},
            {"shift", "0"},
            {"erase", "0"}};
  }
  recipe_wish wants() const override { return {.views = 2, .encoded = 2}; }

  recipe_loss loss(const recipe_step& step) override {
    const index_t samples = step.shape.samples;
    recipe_loss made{.views = 2};
    if (chosen_.loss == options{}.loss) made.chance = std::log(static_cast<double>(2 * samples - 1));
    const variable z = net().forward(own_input_of(on(), step.from.images, step.shape, 2, step.share));
    made.embeddings = z;
    made.loss = loss_->of(made, {.z = z, .group = step.own_labels(), .temperature = chosen_.temperature});
    return made;
  }

 private:
  options chosen_;
  const loss_entry* loss_;
};

}  // namespace

recipe_entry supcon_entry() { return entry_of<supcon_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
