// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/momentum_contrast.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class moco_recipe final : public momentum_contrast {
 public:
  static constexpr const char *name = "moco",
                              *summary = "a view finds its key, of a slower network, among keys of past batches",
                              *paper = "He et al. 2020, arXiv:1911.05722";
  using options = momentum_key_options;
  static std::vector<preferred_value> preferred(sample_kind kind, index_t channels) {
    return virtual_label_values(kind, channels);
  }
  /// On ImageNet, by the published code (facebookresearch/moco, version 1), which changes hues too. Its crops to 224
  /// pixels are left to the data.
  static std::vector<preferred_value> paper_values(sample_kind kind) {
    if (kind != sample_kind::image) return {};
    return {{"arch", "resnet50"},     {"width", "64"},
            {"batch", "256"},         {"epochs", "200"},
            {"lr", "0.03"},           {"schedule", "steps"},
            {"factor", "0.1"},        {"milestones", "0.6,0.8"},
            {"warm-up", "0"},         {"weight-decay", "1e-4"},
            {"queue", "65536"},       {"key-decay", "0.999"},
            {"embedding", "128"},     {"temperature", "0.07"},
            {"jitter", "1"},          {"grey", "0.2"},
            {"crop-smallest", "0.2"}, {"blur", "0"}};
  }

  moco_recipe(const recipe_world& world, const options& chosen)
      : momentum_contrast(world, chosen, batch_keys::own, imix_options::none()) {}
};

}  // namespace

recipe_entry moco_entry() { return entry_of<moco_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
