// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/preferred_views.hpp"
#include "recipes/recipe_parts.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/losses/info_nce.hpp>

#include <cmath>

namespace mixcon_train {
inline namespace recipes {

namespace {

class supcon_recipe final : public network_recipe {
 public:
  static constexpr const char *name = "supcon", *summary = "all views of a class attract each other",
                              *paper = "Khosla et al. 2020, arXiv:2004.11362";
  using options = embedding_options;

  supcon_recipe(const recipe_world& world, const options& chosen)
      : network_recipe(world.on, embedder_of(world, chosen.embedding)), chosen_(chosen) {}
  static std::vector<preferred_value> preferred(sample_kind kind) { return views_of_numbers(kind); }
  recipe_wish wants() const override { return {.views = 2, .encoded = 2}; }

  recipe_loss loss(const recipe_step& step) override {
    const index_t samples = step.shape.samples;
    recipe_loss made{.views = 2, .chance = std::log(static_cast<double>(2 * samples - 1))};
    const variable z = net().forward(input_of(on(), step.from.images, step.shape, 2 * samples));
    made.embeddings = z;
    made.loss = contrasted(made, step,
                           mixcon::objective{mixcon::info_nce{.temperature = chosen_.temperature}, mixcon::cosine{}},
                           mixcon::label_targets{.labels = step.from.labels, .views = 2}, z, {z});
    return made;
  }

 private:
  options chosen_;
};

}  // namespace

recipe_entry supcon_entry() { return entry_of<supcon_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
