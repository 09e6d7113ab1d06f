// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/losses.hpp"
#include "recipes/preferred_views.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/view.hpp>
#include <mixcon/losses/info_nce.hpp>

#include <cmath>
#include <numeric>

namespace mixcon_train {
inline namespace recipes {

namespace {

class simclr_recipe final : public network_recipe {
 public:
  static constexpr const char *name = "simclr", *summary = "two views of a sample attract each other, without labels",
                              *paper = "Chen et al. 2020, arXiv:2002.05709";
  static constexpr bool over_ranks = true;
  struct options : comparing_options {
    void declare(option_list& to) { declare_with(false, to); }
  };

  simclr_recipe(const recipe_world& world, const options& chosen)
      : network_recipe(world.on, embedder_of(world, chosen)),
        chosen_(chosen),
        loss_(&comparing_loss_called(chosen.loss)) {}
  static std::vector<preferred_value> preferred(sample_kind kind, index_t channels) {
    return contrastive_views(kind, channels);
  }
  /// On CIFAR-10, by the published code (google-research/simclr), whose head has one hidden layer more.
  static std::vector<preferred_value> paper_values(sample_kind kind) {
    if (kind != sample_kind::image) return {};
    return {{"arch", "resnet18"},   {"width", "64"},          {"batch", "512"},
            {"epochs", "1000"},     {"optimiser", "lars"},    {"lr", "2"},
            {"warm-up", "0.01"},    {"weight-decay", "1e-4"}, {"embedding", "128"},
            {"head-hidden", "512"}, {"temperature", "0.5"},   {"crop-smallest", "0.08"},
            {"blur", "0"}};
  }
  recipe_wish wants() const override { return {.views = 2, .encoded = 2}; }

  recipe_loss loss(const recipe_step& step) override {
    const index_t samples = step.shape.samples;
    recipe_loss made{.views = 2};
    const variable z = net().forward(own_input_of(on(), step.from.images, step.shape, 2, step.share));
    made.embeddings = z;
    if (chosen_.loss != options{}.loss) {
      kept_list<int> alone(static_cast<std::size_t>(step.own_samples()));  // each sample is a group of its own
      std::iota(alone.begin(), alone.end(), static_cast<int>(step.share.first(samples)));
      made.loss = loss_->of(made, {.z = z, .group = alone, .temperature = chosen_.temperature});
      return made;
    }
    made.chance = std::log(static_cast<double>(2 * samples - 1));
    made.loss =
        contrasted(made, mixcon::objective{mixcon::info_nce{.temperature = chosen_.temperature}, mixcon::cosine{}},
                   mixcon::view_targets{.samples = step.own_samples()}, z, {z});
    return made;
  }

 private:
  options chosen_;
  const loss_entry* loss_;
};

}  // namespace

recipe_entry simclr_entry() { return entry_of<simclr_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
