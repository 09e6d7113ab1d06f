// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/learned_mixing.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class samix_recipe final : public learned_mixing {
 public:
  static constexpr const char *name = "samix",
                              *summary = "cross entropy of the batch, and of mixtures by masks that are learned",
                              *paper = "Li et al. 2021, arXiv:2111.15454";
  static constexpr sample_kind kinds[] = {sample_kind::image};
  struct options : learned_mixing_options {
    options() {
      encoding = "mul", lambda_power = "0.25", value = "content", attention_sees_pair = true, upsample = "bilinear";
      mask_loss = "l1-variance";
    }
  };
  static std::vector<preferred_value> paper_values() {  // on CIFAR-100
    return {{"arch", "resnet18"},   {"width", "64"},       {"batch", "100"}, {"epochs", "400"},
            {"lr", "0.1"},          {"floor", "0.05"},     {"warm-up", "0"}, {"weight-decay", "1e-4"},
            {"mask-layer", "3"},    {"rescale", "0"},      {"eta", "0.5"},   {"eta-mode", "decoupled"},
            {"key-decay", "0.999"}, {"mixer-floor", "0.5"}};
  }

  using learned_mixing::learned_mixing;
};

}  // namespace

recipe_entry samix_entry() { return entry_of<samix_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
