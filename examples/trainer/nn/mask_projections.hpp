// SPDX-License-Identifier: BSD-3-Clause
// What blocks that learn masks are made of.
#pragma once

#include "nn/layers.hpp"
#include "nn/mix_block.hpp"

#include <optional>
#include <span>

namespace mixcon_train {
inline namespace nn {

/// Pairs of a batch's features: of sample i times `own`, and of partner(i) times `others`. A map sees both, one channel
/// after the other, or the partner's or the own ones alone.
struct paired_features {
  variable features;  ///< (N, C, h, w)
  std::span<const index_t> partner;
  double own, others;
};
enum class sees { own, partner, pair };

/// What is made of features place by place, beginning with a linear map.
class projection_layer : public layer {
 public:
  /// The same as `forward` of the pairs' features, without making them: the linear map is applied to the batch.
  virtual variable forward_pairs(const paired_features& of, sees which) = 0;
};

/// A convolution of one place, with a bias, or with batch normalisation instead of it. Weights begin with deviation
/// 0.01.
class mask_projection final : public projection_layer {
 public:
  mask_projection(device& on, index_t channels, index_t outputs, bool normalised, const weight_draws& draws);
  variable forward(const variable& x) override { return rest(convolution_.forward(x)); }
  variable forward_pairs(const paired_features& of, sees which) override;

 private:
  variable rest(const variable& x) { return norm_ ? norm_->forward(x) : x; }
  conv_layer convolution_;
  std::optional<norm_layer> norm_{};
};

/// SAMix's content network: to `width` channels (0: half of those that come in), batch normalisation, ELU, and to one;
/// no bias.
class content_network final : public projection_layer {
 public:
  content_network(device& on, index_t channels, index_t width, const weight_draws& draws);
  variable forward(const variable& x) override { return rest(first_.forward(x)); }
  variable forward_pairs(const paired_features& of, sees which) override;

 private:
  variable rest(const variable& x) { return second_.forward(elu(norm_.forward(x))); }
  conv_layer first_, second_;
  norm_layer norm_;
};

/// Features (N, C, h, w) with one more channel of this number.
variable with_channel(const variable& x, double number);

/// The sigmoid of what logits (N, 1, h, w) are between and around their places: (N, 1, factor h, factor w).
variable mask_shares(const variable& logits, index_t factor, upsampling how);

}  // namespace nn
}  // namespace mixcon_train
