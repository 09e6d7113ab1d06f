// SPDX-License-Identifier: BSD-3-Clause
#include "nn/mlp.hpp"

#include <stdexcept>

namespace mixcon_train {
inline namespace nn {

mlp::mlp(device& on, const std::vector<index_t>& widths, std::uint64_t seed) {
  if (widths.size() < 2)
    throw std::invalid_argument("mlp: " + std::to_string(widths.size()) +
                                " widths; expected at least two, of the features and of the outputs");
  layer_seeds seeds(seed);
  for (std::size_t k = 1; k < widths.size(); ++k) {
    layers_.push_back(std::make_unique<linear_layer>(on, widths[k - 1], widths[k], seeds));
    register_part("linear" + std::to_string(k), *layers_.back());
    if (k + 1 == widths.size()) break;
    layers_.push_back(std::make_unique<norm_layer>(on, widths[k], true));
    register_part("norm" + std::to_string(k), *layers_.back());
  }
}

variable mlp::forward(const variable& x) {
  variable out = x;
  for (const auto& part : layers_) out = part->forward(out);
  return out;
}

}  // namespace nn
}  // namespace mixcon_train
