// SPDX-License-Identifier: BSD-3-Clause
// What blocks that learn masks are made of.
#pragma once

#include "nn/layers.hpp"
#include "nn/mix_block.hpp"

#include <optional>

namespace mixcon_train {
inline namespace nn {

/// A convolution of one place, with a bias, or with batch normalisation instead of it. Weights begin with deviation
/// 0.01.
class mask_projection final : public layer {
 public:
  mask_projection(device& on, index_t channels, index_t outputs, bool normalised, const weight_draws& draws);
  variable forward(const variable& x) override {
    return norm_ ? norm_->forward(convolution_.forward(x)) : convolution_.forward(x);
  }

 private:
  conv_layer convolution_;
  std::optional<norm_layer> norm_{};
};

/// SAMix's content network: to `width` channels (0: half of those that come in), batch normalisation, ELU, and to one;
/// no bias.
class content_network final : public layer {
 public:
  content_network(device& on, index_t channels, index_t width, const weight_draws& draws);
  variable forward(const variable& x) override {
    return second_.forward(elu(norm_.forward(first_.forward(x))));
  }

 private:
  conv_layer first_, second_;
  norm_layer norm_;
};

/// Features (N, C, h, w) with one more channel of this number.
variable with_channel(const variable& x, double number);

/// The sigmoid of what logits (N, 1, h, w) are between and around their places: (N, 1, factor h, factor w).
variable mask_shares(const variable& logits, index_t factor, upsampling how);

}  // namespace nn
}  // namespace mixcon_train
