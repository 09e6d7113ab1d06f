// SPDX-License-Identifier: BSD-3-Clause
#include "nn/layers.hpp"

#include <cmath>

namespace mixcon_train {
inline namespace nn {

linear_layer::linear_layer(device& on, index_t features, index_t outputs, const weight_draws& draws)
    : weight_(make_parameter("weight", on, {outputs, features}, draws, std::sqrt(1 / static_cast<double>(features)))),
      bias_(make_parameter("bias", on, {outputs}, 0)) {}

conv_layer::conv_layer(device& on, index_t channels, index_t outputs, index_t size, const convolution_rule& rule,
                       const weight_draws& draws, const start& with)
    : rule_(rule),
      weight_(make_parameter(
          "weight", on, {outputs, channels, size, size}, draws,
          with.deviation > 0 ? with.deviation : std::sqrt(2 / static_cast<double>(outputs * size * size)))) {
  if (with.has_bias) bias_ = make_parameter("bias", on, {outputs}, 0);
}

norm_layer::norm_layer(device& on, index_t channels, bool rectifies)
    : scale_(make_parameter("scale", on, {channels}, 1)),
      shift_(make_parameter("shift", on, {channels}, 0)),
      running_{filled(on, {channels}, 0), filled(on, {channels}, 1)},
      rectifies_(rectifies) {
  register_state("running_mean", running_.mean);
  register_state("running_variance", running_.variance);
}

}  // namespace nn
}  // namespace mixcon_train
