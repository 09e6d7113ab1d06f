// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/mixed_classifier.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class mixup_recipe final : public mixed_classifier {
 public:
  static constexpr const char *name = "mixup", *summary = "cross entropy on mixed samples",
                              *paper = "Zhang et al. 2018, arXiv:1710.09412";
  static constexpr bool over_ranks = true;
  struct options : policy_choice {
    options() { policy = "mixup"; }
  };
  /// On CIFAR-10, by the published code (facebookresearch/mixup-cifar10); the paper has a pre-activation ResNet-18.
  static std::vector<preferred_value> paper_values(sample_kind kind) {
    if (kind != sample_kind::image) return {};
    return {{"arch", "resnet18"},
            {"width", "64"},
            {"batch", "128"},
            {"epochs", "200"},
            {"lr", "0.1"},
            {"warm-up", "0"},
            {"schedule", "steps"},
            {"factor", "0.1"},
            {"milestones", "0.5,0.75"},
            {"alpha", "1"},
            {"weight-decay", "1e-4"},
            {"shift", "4"},
            {"flip", "0.5"},
            {"erase", "0"}};
  }

  mixup_recipe(const recipe_world& world, const options& chosen) : mixed_classifier(world, chosen) {}
};

}  // namespace

recipe_entry mixup_entry() { return entry_of<mixup_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
