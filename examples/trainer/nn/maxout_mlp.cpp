// SPDX-License-Identifier: BSD-3-Clause
#include "nn/maxout_mlp.hpp"

#include "autograd/pooling.hpp"

#include <mixcon/core/require.hpp>

namespace mixcon_train {
inline namespace nn {

void maxout_options::declare(option_list& to) {
  to.add("mlp-layers", layers, {1, 20}, "linear layers", "5");
  to.add("mlp-width", width, {1, 65536}, "numbers that each but the last one gives");
  to.add("mlp-features", features, {1, 65536}, "numbers that the last one gives");
  to.add("mlp-pieces", pieces, {1, 64}, "outputs of which the largest counts: max-out");
}

maxout_mlp::maxout_mlp(device& on, const maxout_options& options) : options_(options) {
  MIXCON_REQUIRE(
      options.inputs >= 1 && options.layers >= 1 && options.width >= 1 && options.features >= 1 && options.pieces >= 1,
      "maxout_mlp: ", options.inputs, " inputs, ", options.layers, " layers, width ", options.width, ", ",
      options.features, " features, ", options.pieces, " pieces; expected at least 1 of each");
  const weight_draws draws(options.seed);
  index_t width = options.inputs;
  for (index_t k = 0; k < options.layers; ++k) {
    const index_t next = k + 1 == options.layers ? options.features : options.width, outputs = next * options.pieces;
    const std::string name = "linear" + std::to_string(k + 1);
    linear_.push_back(std::make_unique<linear_layer>(on, width, outputs, draws.within(name)));
    norms_.push_back(std::make_unique<norm_layer>(on, outputs, false));
    register_part(name, *linear_.back());
    register_part("norm" + std::to_string(k + 1), *norms_.back());
    width = next;
  }
}

variable maxout_mlp::through(int at, const variable& arriving) {
  const variable rows = arriving.extents().rank() == 2 ? arriving : flatten(arriving);
  const auto k = static_cast<std::size_t>(at);
  return group_maximum(norms_[k]->forward(linear_[k]->forward(rows)), options_.pieces);
}

}  // namespace nn
}  // namespace mixcon_train
