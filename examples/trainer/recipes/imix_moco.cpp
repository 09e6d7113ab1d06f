// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/moco_n_base.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class imix_moco_recipe final : public moco_n_base {
 public:
  static constexpr const char *name = "imix-moco",
                              *summary = "a mixture finds the keys of both of its samples, of a slower network",
                              *paper = "Lee et al. 2021, arXiv:2010.08887";
  struct options : momentum_key_options, imix_options {
    void declare(option_list& to) { momentum_key_options::declare(to), imix_options::declare(to); }
  };
  static std::vector<preferred_value> preferred(sample_kind kind, index_t channels) {
    return imix_values(kind, channels);
  }
  static std::vector<preferred_value> paper_values() {  // on CIFAR-10
    return {{"arch", "resnet50"}, {"width", "64"},          {"batch", "256"},  {"epochs", "4000"},
            {"lr", "0.125"},      {"weight-decay", "1e-4"}, {"queue", "4096"}, {"key-decay", "0.999"},
            {"alpha", "1"},       {"temperature", "0.2"}};
  }

  imix_moco_recipe(const recipe_world& world, const options& chosen)
      : moco_n_base(world, chosen, chosen), alpha_(chosen.alpha) {}
  std::optional<shown_mix> shown() const override { return shown_mix{"mixup", {.alpha = alpha_}}; }

 private:
  double alpha_;
};

}  // namespace

recipe_entry imix_moco_entry() { return entry_of<imix_moco_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
