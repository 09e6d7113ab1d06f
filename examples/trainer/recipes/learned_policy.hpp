// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"
#include "devices/lent.hpp"
#include "recipes/policies.hpp"

#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>

#include <span>

namespace mixcon_train {
inline namespace recipes {

/// Samples that a learned policy has mixed for training.
struct mixed_samples {
  variable images{};                     ///< (N, C, H, W), constants
  lent<mixcon::pair_targets> targets{};  ///< own label, partner's, and the own one's share
};

/// A policy that a recipe has learned: it mixes as those of the table do, by networks, which stay as they are. Batches
/// are images of the size that it learned from.
class learned_policy {
 public:
  learned_policy() = default;
  learned_policy(const learned_policy&) = delete;
  learned_policy& operator=(const learned_policy&) = delete;
  virtual ~learned_policy() = default;

  /// What the policy is, in a line.
  virtual const char* summary() const = 0;
  /// For training, images (N, C, H, W) where they lie: one lambda and one order of partners for the batch. `seen` are
  /// the same images as the policy's network sees them.
  virtual mixed_samples mix_for_training(const variable& images, const variable& seen, std::span<const int> labels,
                                         const mixcon::philox_draws& draws) = 0;
  /// With all that one may want to see, and a lambda for each sample.
  virtual mixed_batch mix(const batch_to_mix& batch, const mixcon::philox_draws& draws) = 0;
};

}  // namespace recipes
}  // namespace mixcon_train
