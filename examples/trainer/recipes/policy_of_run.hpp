// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "recipes/learned_policy.hpp"
#include "recipes/recipe.hpp"

#include <memory>
#include <span>
#include <string>

namespace mixcon_train {
inline namespace recipes {

/// The policy that another run has learned, as a constant: SAMix-P, Li et al. 2021, arXiv:2111.15454.
class policy_of_run {
 public:
  /// Opens a run folder. Refuses one of another kind of samples, size or number of classes, and one that learned no
  /// policy. `flag` is the option that named it, for sentences.
  policy_of_run(const recipe_world& world, const std::string& folder, const char* flag = "--policy");
  /// The same of a run that is open already.
  explicit policy_of_run(frozen_run opened);
  ~policy_of_run();

  /// Mixes images (N, C, H, W) that are normalised as this run's samples are, where they lie.
  mixed_samples mix(const variable& images, std::span<const int> labels, const mixcon::philox_draws& draws) const;
  learned_policy& policy() const;
  const std::string& recipe_name() const;

 private:
  std::unique_ptr<frozen_run> from_;
};

}  // namespace recipes
}  // namespace mixcon_train
