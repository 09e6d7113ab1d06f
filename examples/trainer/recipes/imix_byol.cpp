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
  static std::vector<preferred_value> paper_values() {  // on CIFAR-10
    return {{"arch", "resnet50"},     {"width", "64"},      {"batch", "256"},   {"epochs", "2000"}, {"lr", "0.125"},
            {"weight-decay", "1e-4"}, {"embedding", "128"}, {"hidden", "2048"}, {"alpha", "1"}};
  }

  imix_byol_recipe(const recipe_world& world, const options& chosen) : target_recipe(world, chosen), mixing_(chosen) {}
  recipe_wish wants() const override { return {.views = 2, .encoded = 2}; }
  std::optional<shown_mix> shown() const override { return shown_mix{"mixup", {.alpha = mixing_.alpha}}; }

  /// One direction: mixtures of the first view, targets of the second.
  recipe_loss loss(const recipe_step& step) override {
    const index_t samples = step.shape.samples;
    const mixed_views views = mixed_views_of(step, mixing_);
    const variable both = input_of(on(), views.images, step.shape, 2 * samples);
    const variable targets = target_of(slice(both, samples, 2 * samples));
    recipe_loss made{.embeddings = targets, .chance = 2};
    const mixcon::byol mixed{.lambda = mixcon::view(views.plan.lambda), .partner = views.plan.partner};
    made.loss = loss_of(made, mixed, predicted(net().forward(slice(both, 0, samples))), targets);
    return made;
  }

 private:
  imix_options mixing_;
};

}  // namespace

recipe_entry imix_byol_entry() { return entry_of<imix_byol_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
