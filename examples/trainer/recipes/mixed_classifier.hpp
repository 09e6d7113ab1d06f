// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "recipes/class_scores.hpp"
#include "recipes/policies.hpp"

#include <optional>
#include <string>

namespace mixcon_train {
inline namespace recipes {

/// Which policy mixes, and what it is told.
struct policy_choice {
  std::string policy{};
  double alpha = 1;
  void declare(option_list& to);
};

/// Cross entropy of samples that a policy mixed, against both of their labels.
class mixed_classifier : public network_recipe {
 public:
  mixed_classifier(const recipe_world& world, const policy_choice& chosen);
  recipe_loss loss(const recipe_step& step) override;
  std::optional<shown_mix> shown() const override { return shown_mix{policy_->name, options_}; }

 private:
  const policy_entry* policy_;
  policy_options options_{};
};

}  // namespace recipes
}  // namespace mixcon_train
