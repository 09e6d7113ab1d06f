// SPDX-License-Identifier: BSD-3-Clause
#include "nn/convnet.hpp"

#include "autograd/pooling.hpp"

#include <mixcon/core/require.hpp>

namespace mixcon_train {
inline namespace nn {

convnet::convnet(device& on, const convnet_options& options) : width_(options.width) {
  MIXCON_REQUIRE(options.channels >= 1 && options.width >= 1, "convnet: ", options.channels, " channels, width ",
                 options.width, "; expected at least 1 of each");
  const weight_draws draws(options.seed);
  index_t channels = options.channels;
  for (int stage = 1; stage <= 3; ++stage) {
    const index_t outputs = width_ << (stage - 1);
    const std::string number = std::to_string(stage), name = "conv" + number;
    convolutions_.push_back(std::make_unique<conv_layer>(
        on, channels, outputs, 3, convolution_rule{.stride = 2, .padding = 1}, draws.within(name)));
    norms_.push_back(std::make_unique<norm_layer>(on, outputs, true));
    register_part(name, *convolutions_.back());
    register_part("norm" + number, *norms_.back());
    channels = outputs;
  }
}

variable convnet::through(int at, const variable& arriving) {
  const auto k = static_cast<std::size_t>(at);
  const variable x = norms_[k]->forward(convolutions_[k]->forward(arriving));
  return at + 1 == layers() ? global_average_pool(x) : x;
}

}  // namespace nn
}  // namespace mixcon_train
