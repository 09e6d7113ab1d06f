// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/network.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

resnet_options backbone_of(const settings& chosen, index_t channels) {
  return {.depth = std::stoi(chosen.architecture.substr(std::string("resnet").size())),
          .channels = channels,
          .width = chosen.width,
          .stem_stride = chosen.first_stride,
          .seed = chosen.seed};
}

}  // namespace

bool has_classifier(const settings& chosen) {
  return chosen.recipe == "ce" || chosen.recipe == "mixup" || chosen.recipe == "cutmix" ||
         chosen.recipe == "manifold-mixup";
}

network::network(device& on, const settings& chosen, index_t channels, index_t classes)
    : backbone_(on, backbone_of(chosen, channels)),
      head_width_(has_classifier(chosen) ? classes : chosen.embedding),
      head_(on, {backbone_.features(), head_width_}, chosen.seed + 1) {
  register_part("backbone", backbone_);
  register_part("head", head_);
}

}  // namespace recipes
}  // namespace mixcon_train
