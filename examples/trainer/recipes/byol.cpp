// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/rows.hpp"
#include "recipes/prediction.hpp"
#include "recipes/preferred_views.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class byol_recipe final : public target_recipe {
 public:
  static constexpr const char *name = "byol",
                              *summary = "a view predicts what a slower network makes of the other view",
                              *paper = "Grill et al. 2020, arXiv:2006.07733";
  using options = target_options;
  static constexpr bool over_ranks = true;
  using target_recipe::target_recipe;
  static std::vector<preferred_value> preferred(sample_kind kind, index_t channels) {
    return contrastive_views(kind, channels);
  }
  /// On ImageNet, by the published code (deepmind-research/byol, 1000 epochs): the rate is 0.2 for 256 images. Blur is
  /// 1 of one view and 0.1 of the other there, and one view is solarised.
  static std::vector<preferred_value> paper_values(sample_kind kind) {
    if (kind != sample_kind::image) return {};
    return {{"arch", "resnet50"},        {"width", "64"},    {"batch", "4096"},      {"epochs", "1000"},
            {"optimiser", "lars"},       {"lr", "3.2"},      {"warm-up", "0.01"},    {"weight-decay", "1.5e-6"},
            {"embedding", "256"},        {"hidden", "4096"}, {"key-decay", "0.996"}, {"crop-smallest", "0.08"},
            {"jitter-saturation", "0.2"}};
  }
  recipe_wish wants() const override { return {.views = 2, .encoded = 4}; }

  /// Both directions; each view is normalised by its own statistics.
  recipe_loss loss(const recipe_step& step) override {
    const index_t samples = step.own_samples();
    const variable both = own_input_of(on(), step.from.images, step.shape, 2, step.share);
    const variable first = slice(both, 0, samples), second = slice(both, samples, 2 * samples);
    const variable z1 = net().forward(first), z2 = net().forward(second);
    recipe_loss made{.embeddings = concatenate(z1, z2), .views = 2, .chance = 4};
    made.loss = add(loss_of(made, step, mixcon::byol{}, predicted(z1), target_of(second)),
                    loss_of(made, step, mixcon::byol{}, predicted(z2), target_of(first)));
    return made;
  }
};

}  // namespace

recipe_entry byol_entry() { return entry_of<byol_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
