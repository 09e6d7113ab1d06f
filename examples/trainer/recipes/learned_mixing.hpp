// SPDX-License-Identifier: BSD-3-Clause
// What recipes share that train a mixer beside a classifier.
#pragma once

#include "recipes/eta_loss.hpp"
#include "recipes/learned_mixer.hpp"

#include <optional>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// Weights of the three losses.
struct mixing_weights {
  double mixed_weight = 1, clean_weight = 1, mixer_weight = 1;
  void declare(option_list& to);
};

struct learned_mixing_options : mixer_options, eta_options, mixing_weights {
  void declare(option_list& to) { mixer_options::declare(to), eta_options::declare(to), mixing_weights::declare(to); }
};

/// What a mixer's health is made of, at a step.
struct mixer_step {
  mask_plan by_key{}, by_query{};
  variable masks{}, corrected{};  ///< partner shares for the encoder, before and after; constants
  double loss = 0;                ///< of the mixer's mixtures, where it learned
  bool learned = false;
};
/// Its numbers; `constant_loss` is that of mixtures by the constant lambda.
std::vector<health_number> mixer_health(const mixer_step& step, double constant_loss, double distance);

/// A batch is mixed twice by learned masks: for the mixer, which learns from what a slow copy of the network makes of
/// the mixtures, and for the network, which learns from them and from the batch itself. None learns from the other's
/// loss. Liu et al. 2022, arXiv:2103.13027.
class learned_mixing : public network_recipe {
 public:
  learned_mixing(const recipe_world& world, const learned_mixing_options& chosen);
  recipe_wish wants() const override { return {.encoded = 3}; }
  recipe_loss loss(const recipe_step& step) override;
  void after_step(index_t step, index_t steps) override { mixer_.follow(net(), step, steps); }
  void begin_from_taken() override { mixer_.begin_from(net()); }
  std::vector<health_number> health(const recipe_step& step) override;
  std::vector<trained_part> trained() const override { return {{"network", net_}, mixer_.as_part()}; }
  std::optional<shown_mix> shown() const override { return shown_mix{.learned = policy_}; }
  learned_policy* policy() override { return policy_; }

 private:
  /// Of the mixer, by what the key network makes of its mixtures.
  variable loss_of_mixer(const recipe_step& step, const variable& images, const variable& features);

  learned_mixing_options chosen_;
  learned_mixer mixer_;
  const network* net_;
  learned_policy* policy_;
  mixer_step last_{};
};

}  // namespace recipes
}  // namespace mixcon_train
