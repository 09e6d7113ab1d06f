// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "recipes/policies.hpp"

#include <mixcon/mix/draw/draws.hpp>

namespace mixcon_train {
inline namespace recipes {

/// A policy that a recipe has learned: it mixes as those of the table do, by networks, which stay as they are. Batches
/// are images of the size that it learned from, as a network sees them, or with the statistics that make them so.
class learned_policy {
 public:
  learned_policy() = default;
  learned_policy(const learned_policy&) = delete;
  learned_policy& operator=(const learned_policy&) = delete;
  virtual ~learned_policy() = default;

  /// What the policy is, in a line.
  virtual const char* summary() const = 0;
  /// For training: one lambda and one order of partners for the batch.
  virtual mixed_training_batch mix_for_training(const batch_to_mix& batch, const mixcon::philox_draws& draws) = 0;
  /// With all that one may want to see, and a lambda for each sample.
  virtual mixed_batch mix(const batch_to_mix& batch, const mixcon::philox_draws& draws) = 0;
};

}  // namespace recipes
}  // namespace mixcon_train
