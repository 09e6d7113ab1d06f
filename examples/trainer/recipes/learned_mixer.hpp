// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/momentum_copy.hpp"
#include "nn/multi_mix_block.hpp"
#include "recipes/learned_policy.hpp"
#include "recipes/mixer_options.hpp"
#include "recipes/recipe_parts.hpp"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// How a batch is mixed, but for the masks.
struct mask_plan {
  double lambda = 1;                ///< the share of the own images
  kept_list<index_t> partner{};     ///< (N)
  mixcon::philox_draws draws{};     ///< for what the block draws
  std::optional<upsampling> how{};  ///< instead of what the block draws
};

/// A mixer, and the network that makes its features and judges its mixtures: a slow copy of the trained one, which
/// gets no gradient. Both are normalised by their batches in training; the running statistics of the layers in front of
/// the mixer are those of unmixed images. As a policy, it mixes by these. AutoMix, Liu et al. 2022, arXiv:2103.13027.
class learned_mixer final : public module, public learned_policy {
 public:
  /// `key` is made like `followed`. Refuses margins that leave no lambda to mix by masks, and a layer whose features
  /// have no places, or no whole number of pixels for each.
  learned_mixer(const recipe_world& world, const mixer_options& chosen, std::unique_ptr<network> key,
                const network& followed);

  /// lambda, partners and what else is drawn for one of the two batches of a step: "mixer", "encoder".
  mask_plan plan(index_t samples, const mixcon::philox_draws& draws) const;
  /// The same for the batch that the mixer learns from.
  mask_plan plan_of_mixer(index_t samples, const mixcon::philox_draws& draws) const;
  /// Of unmixed images (N, C, H, W), what the mixer sees: (N, F, h, w), a constant.
  variable features(const variable& images);
  /// What the key network makes of what `features` returned: embeddings or scores (N, D), a constant.
  variable rest_of(const variable& features);
  /// Partner shares (N, 1, H, W) for features of own images and of their partners, row by row. Gradients go to the
  /// block alone.
  variable masks(const variable& own, const variable& others, const mask_plan& by);
  /// The same where partners are by the plan's numbers among `others`, which may be the own images.
  variable masks_among(const variable& own, const variable& others, const mask_plan& by);
  /// Masks for an encoder to learn from: corrected, constants. Pairs of one class may be mixed without one; no labels:
  /// none is.
  variable adjusted_masks(const variable& masks, const mask_plan& by, std::span<const int> labels = {}) const;
  /// The masks of the mixtures that it learns from: as they are, or with the mean lambda.
  variable shown_masks(const variable& masks, const mask_plan& by) const;
  /// Embeddings or scores (N, D) of mixtures by the key network; gradients go through it to the images.
  variable judged(const variable& mixtures);
  /// The weighted loss of masks at a step; empty where there is none.
  variable loss_of(const variable& masks, const mask_plan& by, const recipe_step& step) const;

  /// Whether the mixer learns at this step.
  bool learns(const recipe_step& step) const;
  void follow(const network& followed, index_t step, index_t steps);
  void begin_from(const network& followed) { key_.follow(followed, 0); }
  /// Length of the difference of the two networks' parameters, by that of the followed one's.
  double distance_to(const network& followed);
  /// As an optimiser of its own trains it.
  trained_part as_part() const;
  /// Key network and block as they are, while f runs: neither gathers statistics.
  template <class F>
  auto unchanged(const F& f) {
    const std::vector<state_tensor> of_key = key_->state(), of_block = block().state();
    const kept_state kept_key(of_key), kept_block(of_block);
    return f();
  }

  const char* summary() const override { return "masks that were learned from features of both images, and lambda"; }
  mixed_samples mix_for_training(const variable& images, const variable& seen, std::span<const int> labels,
                                 const mixcon::philox_draws& draws) override;
  mixed_batch mix(const batch_to_mix& batch, const mixcon::philox_draws& draws) override;

 private:
  /// Puts state back at the end; the list outlives it.
  class kept_state {
   public:
    explicit kept_state(const std::vector<state_tensor>& of);
    ~kept_state();
    kept_state(const kept_state&) = delete;
    kept_state& operator=(const kept_state&) = delete;

   private:
    const std::vector<state_tensor>& places_;
    tensor_list values_{};
  };

  module& block();
  const module& block() const;
  void measure(const recipe_world& world);
  void require_images_as_learned(index_t channels, index_t rows, index_t columns) const;

  device& on_;
  mixer_options chosen_;
  momentum_copy<network> key_;
  std::vector<state_tensor> state_of_backbone_;  // of the key network
  std::unique_ptr<mix_block> pair_{};
  std::unique_ptr<multi_mix_block> several_{};  // one of the two
  image_shape shape_;                           // of the images
  index_t channels_ = 0, factor_ = 0;           // of the features, and pixels a place
};

/// Images (N, C, H, W) mixed by partner shares (N, 1, H, W) with partners of their own, row by row.
variable mixed_by(const variable& own, const variable& others, const variable& masks);

}  // namespace recipes
}  // namespace mixcon_train
