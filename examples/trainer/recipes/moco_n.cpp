// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/moco_n_base.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class moco_n_recipe final : public moco_n_base {
 public:
  static constexpr const char *name = "moco-n", *summary = "MoCo with the keys of the batch as candidates too",
                              *paper = "Lee et al. 2021, arXiv:2010.08887";
  using options = momentum_key_options;
  static std::vector<preferred_value> preferred(sample_kind kind, index_t channels) {
    return virtual_label_values(kind, channels);
  }
  static std::vector<preferred_value> paper_values() {  // on CIFAR-10
    return {{"arch", "resnet50"},     {"width", "64"},   {"batch", "256"},       {"epochs", "1000"},    {"lr", "0.125"},
            {"weight-decay", "1e-4"}, {"queue", "4096"}, {"key-decay", "0.999"}, {"temperature", "0.2"}};
  }

  moco_n_recipe(const recipe_world& world, const options& chosen) : moco_n_base(world, chosen, imix_options::none()) {}
};

}  // namespace

recipe_entry moco_n_entry() { return entry_of<moco_n_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
