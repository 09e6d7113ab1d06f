// SPDX-License-Identifier: BSD-3-Clause
// Any policy of the table, mixing the batch of a recipe with labels: inputs, or features in front of a layer.
#pragma once

#include "devices/lent.hpp"
#include "recipes/policy_of_run.hpp"
#include "recipes/recipe_parts.hpp"

#include <mixcon/mix/labels/pair_targets.hpp>

#include <memory>
#include <optional>
#include <string>

namespace mixcon_train {
inline namespace recipes {

/// Which policy mixes, and what it is told; or the folder of a run that learned one.
struct policy_choice {
  std::string policy{};
  double alpha = 1;
  void declare(option_list& to) { declare_with("1", to); }
  void declare_with(const char* alpha_of_paper, option_list& to);
};

/// A batch that was mixed, on its way through the encoder or before: this rank's M of N samples.
struct mixed_features {
  variable features{};                   ///< (M, F)
  lent<mixcon::pair_targets> targets{};  ///< both labels of each of the N
};

/// What the encoder makes of a batch and of its mixtures, of this rank's M of N samples.
struct clean_and_mixed {
  variable clean{}, mixed{};             ///< features (M, F) each
  lent<mixcon::pair_targets> targets{};  ///< both labels of each of the N mixtures
};

/// Of the labels of all samples of a step, those of the samples that this rank encodes.
lent<mixcon::pair_targets> own_targets_of(lent<mixcon::pair_targets> all, const recipe_step& step);

/// A policy as recipes use it, of the table or learned by another run. Manifold mixup mixes features in front of a
/// random layer of the encoder, of which the first has the samples in front of it (Verma et al. 2019,
/// arXiv:1806.05236); the others mix samples.
class policy_mixer {
 public:
  policy_mixer(const recipe_world& world, const policy_choice& chosen);

  mixed_features encode(device& on, network& net, const recipe_step& step) const;
  /// The batch and its mixtures in one pass, so that both are normalised by the statistics of all; in two where
  /// mixtures are larger than samples.
  clean_and_mixed encode_beside_clean(device& on, network& net, const recipe_step& step) const;
  std::optional<shown_mix> shown() const;
  /// Whether the images of all samples of a batch are looked at, also on one of many ranks. Hidden features of partners
  /// are gathered on the way.
  bool needs_whole_batch() const { return !is_hidden_; }

 private:
  mixed_training_batch mixed(const recipe_step& step) const;

  const policy_entry* policy_ = nullptr;  // null where it was learned
  bool is_hidden_ = false;                // it mixes features
  policy_options options_{};
  std::unique_ptr<policy_of_run> learned_{};
};

}  // namespace recipes
}  // namespace mixcon_train
