// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/rows.hpp"
#include "recipes/prediction.hpp"
#include "recipes/preferred_views.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

/// An encoder with a projector of two layers, whose output is normalised too: the paper's for small images.
std::unique_ptr<network> projecting(const recipe_world& world, index_t width) {
  return std::make_unique<network>(world.on, world.new_encoder(world.seed), network::head_kind::projection,
                                   std::vector<index_t>{width, width}, world.seed + 1, mlp::end::normalised);
}

class simsiam_recipe final : public prediction_recipe {
 public:
  static constexpr const char *name = "simsiam",
                              *summary = "a view predicts the other one's embedding, which is held constant",
                              *paper = "Chen and He 2021, arXiv:2011.10566";
  static constexpr bool over_ranks = true;
  using options = prediction_options;
  static std::vector<preferred_value> preferred(sample_kind kind, index_t channels) {
    return contrastive_views(kind, channels);
  }
  /// On CIFAR-10, as the paper's appendix says: the rate is 0.03 for 256 images.
  static std::vector<preferred_value> paper_values(sample_kind kind) {
    if (kind != sample_kind::image) return {};
    return {{"arch", "resnet18"},     {"width", "64"},       {"batch", "512"},  {"epochs", "800"}, {"lr", "0.06"},
            {"weight-decay", "5e-4"}, {"embedding", "2048"}, {"hidden", "512"}, {"warm-up", "0"},  {"blur", "0"}};
  }

  simsiam_recipe(const recipe_world& world, const options& chosen)
      : prediction_recipe(world, chosen, projecting(world, chosen.embedding)) {}
  recipe_wish wants() const override { return {.views = 2, .encoded = 2}; }

  /// Both directions; each view is normalised by its own statistics. From -1 to 1, and 0 without knowledge.
  recipe_loss loss(const recipe_step& step) override {
    const index_t samples = step.own_samples();
    const variable both = own_input_of(on(), step.from.images, step.shape, 2, step.share);
    const variable z1 = net().forward(slice(both, 0, samples)), z2 = net().forward(slice(both, samples, 2 * samples));
    recipe_loss made{.embeddings = concatenate(z1, z2), .views = 2};
    made.loss = add(loss_of(made, step, mixcon::simsiam(), predicted(z1), z2),
                    loss_of(made, step, mixcon::simsiam(), predicted(z2), z1));
    return made;
  }
};

}  // namespace

recipe_entry simsiam_entry() { return entry_of<simsiam_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
