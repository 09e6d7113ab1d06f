// SPDX-License-Identifier: BSD-3-Clause
#include "nn/mask_projections.hpp"

#include <algorithm>

namespace mixcon_train {
inline namespace nn {

namespace {

constexpr double first_deviation = 0.01;

index_t width_of(index_t channels, index_t width) { return width > 0 ? width : std::max<index_t>(channels / 2, 1); }

}  // namespace

mask_projection::mask_projection(device& on, index_t channels, index_t outputs, bool normalised,
                                 const weight_draws& draws)
    : convolution_(on, channels, outputs, 1, {}, draws.within("conv"),
                   {.has_bias = !normalised, .deviation = first_deviation}) {
  register_part("conv", convolution_);
  if (!normalised) return;
  norm_.emplace(on, outputs, false);
  register_part("norm", *norm_);
}

content_network::content_network(device& on, index_t channels, index_t width, const weight_draws& draws)
    : first_(on, channels, width_of(channels, width), 1, {}, draws.within("conv1"),
             {.has_bias = false, .deviation = first_deviation}),
      second_(on, width_of(channels, width), 1, 1, {}, draws.within("conv2"),
              {.has_bias = false, .deviation = first_deviation}),
      norm_(on, width_of(channels, width), false) {
  register_part("conv1", first_);
  register_part("norm1", norm_);
  register_part("conv2", second_);
}

variable with_channel(const variable& x, double number) {
  const shape e = x.extents();
  return concatenate_channels(x, variable(filled(x.on(), {e[0], 1, e[2], e[3]}, number)));
}

variable mask_shares(const variable& logits, index_t factor, upsampling how) {
  // squares of equal numbers may as well be made afterwards
  if (how == upsampling::nearest) return upsample_nearest(sigmoid(logits), factor);
  return sigmoid(upsample_bilinear(logits, factor));
}

}  // namespace nn
}  // namespace mixcon_train
