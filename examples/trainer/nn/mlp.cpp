// SPDX-License-Identifier: BSD-3-Clause
#include "nn/mlp.hpp"

#include <mixcon/core/require.hpp>

#include <utility>

namespace mixcon_train {
inline namespace nn {

mlp::mlp(device& on, const std::vector<index_t>& widths, std::uint64_t seed, end last) {
  MIXCON_REQUIRE(widths.size() >= 2, "mlp: ", widths.size(),
                 " widths; expected at least two, of the features and of the outputs");
  const weight_draws draws(seed);
  for (std::size_t k = 1; k < widths.size(); ++k) {
    const std::string name = "linear" + std::to_string(k);
    auto made = std::make_unique<linear_layer>(on, widths[k - 1], widths[k], draws.within(name));
    last_ = made.get();
    layers_.push_back(std::move(made));
    register_part(name, *layers_.back());
    const bool is_last = k + 1 == widths.size();
    if (is_last && last == end::plain) break;
    layers_.push_back(std::make_unique<norm_layer>(on, widths[k], !is_last));
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
