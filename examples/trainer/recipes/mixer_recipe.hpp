// SPDX-License-Identifier: BSD-3-Clause
// What recipes share that train a mixer beside a network.
#pragma once

#include "recipes/learned_mixer.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// Weights of the three losses.
struct mixing_weights {
  double mixed_weight = 1, clean_weight = 1, mixer_weight = 1;
  void declare(option_list& to);
};

/// The masks of a step.
struct mixer_step {
  mask_plan by_key{}, by_query{};
  variable masks{}, corrected{};  ///< partner shares for the network, before and after; constants
  variable loss{}, key_masks{};   ///< of the mixer's mixtures, and their masks, where it learned; constants
};

/// A batch is mixed twice by learned masks: for the mixer, which learns from what a slow copy of the network makes of
/// the mixtures, and for the network, which learns from its own mixtures and from the batch itself. None learns from
/// the other's loss. Liu et al. 2022, arXiv:2103.13027.
class mixer_recipe : public network_recipe {
 public:
  /// Two networks that are made alike.
  mixer_recipe(const recipe_world& world, const mixer_options& chosen, std::unique_ptr<network> net,
               std::unique_ptr<network> key);
  void after_step(index_t step, index_t steps) override { mixer_->follow(net(), step, steps); }
  void begin_from_taken() override { mixer_->begin_from(net()); }
  /// How masks are, how far the key network is from the other one, and what the mixer's loss would be by the constant
  /// mask of the same lambda: it is of use only below that.
  std::vector<health_number> health(const recipe_step& step) override;
  std::vector<trained_part> trained() const override { return {{"network", net_}, mixer_->as_part()}; }
  std::optional<shown_mix> shown() const override { return shown_mix{.learned = mixer_.get()}; }
  learned_policy* policy() override { return mixer_.get(); }

 protected:
  learned_mixer& mixer() { return *mixer_; }
  mixer_step& last() { return last_; }
  /// Draws how the mixer's batch and the network's are mixed, and makes the network's masks, from features (N, F, h, w)
  /// of own images and of those among which partners are. Labels, where a recipe knows them, correct masks.
  void begin_step(const recipe_step& step, const variable& own, const variable& others,
                  const std::vector<int>& labels = {});
  /// The loss of the mixer's batch, mixed by partner shares (N, 1, H, W) or (N, 1, 1, 1).
  virtual variable loss_of_mixer(const recipe_step& step, const variable& masks) = 0;
  /// What the mixer learns by, from the same features: that, and the loss of its masks. Empty: it does not learn now.
  variable learned(const recipe_step& step, double weight, const variable& own, const variable& others);

 private:
  std::unique_ptr<learned_mixer> mixer_;
  const network* net_;
  mixer_step last_{};
};

}  // namespace recipes
}  // namespace mixcon_train
