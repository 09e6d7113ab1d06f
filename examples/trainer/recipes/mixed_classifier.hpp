// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "recipes/class_scores.hpp"
#include "recipes/policies.hpp"
#include "recipes/policy_of_run.hpp"

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

/// A batch that was mixed, on its way through the encoder or before.
struct mixed_features {
  variable features{};             ///< (N, F)
  mixcon::pair_targets targets{};  ///< both labels of each sample
};

/// Features that were mixed in front of a random layer of the encoder, of which the first has the samples in front of
/// it. Verma et al. 2019, arXiv:1806.05236.
mixed_features mixed_at_a_layer(device& on, network& net, const recipe_step& step, double alpha);

/// Cross entropy of samples that a policy mixed, against both of their labels.
class mixed_classifier : public network_recipe {
 public:
  mixed_classifier(const recipe_world& world, const policy_choice& chosen);
  ~mixed_classifier() override;
  recipe_loss loss(const recipe_step& step) override;
  std::optional<shown_mix> shown() const override;

 protected:
  /// The batch as the policy mixes it; manifold mixup does at a random layer.
  mixed_features mixed(const recipe_step& step);

 private:
  const policy_entry* policy_ = nullptr;  // null where it was learned
  policy_options options_{};
  std::unique_ptr<policy_of_run> learned_{};
};

}  // namespace recipes
}  // namespace mixcon_train
