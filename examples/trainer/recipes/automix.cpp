// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/learned_mixing.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class automix_recipe final : public learned_mixing {
 public:
  static constexpr const char *name = "automix",
                              *summary = "cross entropy of the batch, and of mixtures by masks of one linear attention",
                              *paper = "Liu et al. 2022, arXiv:2103.13027";
  static constexpr sample_kind kinds[] = {sample_kind::image};
  struct options : learned_mixing_options {
    options() { encoding = "concat", mask_weight = 1; }  // else masks of short runs can end as all of one image
  };
  static std::vector<preferred_value> paper_values() {  // on CIFAR-100
    return {{"arch", "resnet18"},
            {"width", "64"},
            {"batch", "100"},
            {"epochs", "400"},
            {"lr", "0.1"},
            {"floor", "0.05"},
            {"warm-up", "0"},
            {"weight-decay", "1e-4"},
            {"mask-layer", "3"},
            {"rescale", "0"},
            {"key-decay", "0.999"},
            {"mixer-floor", "0.5"},
            {"lambda-encoding", "none"},
            {"mask-weight", "0.1"}};
  }

  using learned_mixing::learned_mixing;
};

}  // namespace

recipe_entry automix_entry() { return entry_of<automix_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
