// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/layers.hpp"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace mixcon_train {
inline namespace nn {

/// How a mix block learns of lambda: not at all; by a channel of lambda for the own features and 1 - lambda for the
/// partner's, in queries, keys and values, or in values alone; by a factor.
enum class lambda_encoding { none, concat, concat_v, mul };
enum class upsampling { nearest, bilinear };

/// A mix block's variants. The defaults are AutoMix on small images; `with_content` is SAMix.
struct mix_block_options {
  lambda_encoding encoding = lambda_encoding::none;
  /// Of `mul`: own features times 1 + lambda' strength, the partner's times 1 + (1 - lambda') strength; otherwise times
  /// lambda' and 1 - lambda', whatever the strength. In (0, 1].
  bool residual = true;
  double strength = 1;
  /// lambda' = rescale_poly(lambda, k) for one of these, drawn for each call; a negative k leaves lambda, and one above
  /// 10 counts as 10. Only `mul` uses it.
  std::vector<double> rescale_powers{-1};

  /// Values by two convolutions with batch normalisation and ELU between them instead of by one, and dropout of what
  /// comes out: probability in [0, 1).
  bool content_value = false;
  double dropout = 0;
  index_t content_width = 0;  ///< channels between the two convolutions; 0: half of those that come in
  /// Values of both images' features instead of the partner's alone: x_v_concat.
  bool value_sees_pair = false;

  /// Queries and keys of both images' features each, by convolutions of their own: x_qk_concat.
  bool attention_sees_pair = false;
  /// One convolution for queries and keys; without a word it is shared where attention does not see the pair.
  std::optional<bool> shared_attention{};
  bool attention_norm = false;  ///< batch normalisation of queries and keys, instead of a bias
  bool scaled = true;           ///< attention's logits are divided by sqrt(D)
  index_t reduction = 2;        ///< D = C / reduction, at least 1

  std::vector<upsampling> upsamplings{upsampling::nearest};  ///< one of them, drawn for each call

  /// SAMix: `mul` with residual, rescaled by k = 0.25, content values, attention that sees the pair, bilinear.
  static mix_block_options with_content();
};

/// What a mix block is asked for.
struct mask_request {
  double lambda = 0.5;  ///< share of the own image, in [0, 1]
  index_t factor = 1;   ///< rows and columns of a mask for each of a feature
  /// For the power, the upsampling and dropout. Two requests of one step take names of their own: `draws.within(name)`.
  mixcon::philox_draws draws{};
  std::optional<upsampling> how{};  ///< instead of what the options draw
};

/// What lies behind a mask.
struct mix_block_parts {
  tensor attention;        ///< (N, P, P), P = h w: rows are places of the own image and sum to 1
  variable value;          ///< (N, 1, h, w), of places of the partner
  variable partner_share;  ///< (N, 1, factor h, factor w)
};

/// Mixing that is learned: from features of two images and lambda to a mask that says, place by place, how much of the
/// partner is shown. Each place of the own image attends to all places of the partner, and the sigmoid of the values
/// found there is the partner's share. AutoMix, Liu et al. 2022, arXiv:2103.13027; SAMix, Li et al. 2021,
/// arXiv:2111.15454. Weights begin with deviation 0.01, so that masks begin at 1/2.
class mix_block final : public module {
 public:
  /// For features of so many channels. Refuses options outside of their ranges, and empty lists.
  mix_block(device& on, index_t channels, const mix_block_options& options, std::uint64_t seed);
  ~mix_block() override;

  /// Partner shares (N, 1, factor h, factor w) in (0, 1) for features (N, C, h, w) and partners in [0, N). Where lambda
  /// is no channel, linear maps are applied to the batch and not to its pairs, which is quicker.
  variable forward(const variable& features, std::span<const index_t> partner, const mask_request& asked);
  /// The same with the partners' features elsewhere, row i those of the partner of i: another view, a queue.
  variable forward(const variable& own, const variable& others, const mask_request& asked);
  /// The same with what lies behind it.
  mix_block_parts parts(const variable& own, const variable& others, const mask_request& asked);

 private:
  struct projections;
  struct attention_inputs;
  double rescaled(const mask_request& asked) const;
  attention_inputs of_features(const variable& own, const variable& others, const mask_request& asked);
  attention_inputs of_batch(const variable& features, std::span<const index_t> partner, const mask_request& asked);
  mix_block_parts attended_parts(const attention_inputs& inputs, const mask_request& asked) const;
  void check_features(const variable& features, const mask_request& asked) const;

  mix_block_options options_;
  index_t channels_;
  std::unique_ptr<projections> to_;
};

/// Own shares 1 - mu, the masks of `mask_blend`.
inline variable own_share(const variable& partner_share) { return affine(partner_share, -1, 1); }

/// How many rows and columns of an image belong to one of its features: both (N, C, H, W). Refuses features whose rows
/// and columns do not divide the image's alike.
index_t mask_factor(const shape& features, const shape& images);

}  // namespace nn
}  // namespace mixcon_train
