// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/mask_projections.hpp"

namespace mixcon_train {
inline namespace nn {

struct multi_mix_block_options {
  bool lambda_channel = true;   ///< each image's features get a channel of its lambda
  bool attention_norm = false;  ///< batch normalisation of queries and keys, instead of a bias
  bool scaled = true;           ///< attention's logits are divided by sqrt(D)
  index_t reduction = 2;        ///< D = C / reduction, at least 1
  upsampling how = upsampling::nearest;
};

/// Masks for K >= 2 images: the places of each image attend to the sum of the others' keys and find values of their own
/// image there, and a softmax over images makes shares of what they find. Queries and keys are rectified. AdAutoMix,
/// Qin et al. 2024, arXiv:2312.11954. Weights begin with deviation 0.01, so that shares begin at 1 / K.
class multi_mix_block final : public module {
 public:
  /// For features of so many channels. Refuses options outside of their ranges.
  multi_mix_block(device& on, index_t channels, const multi_mix_block_options& options, std::uint64_t seed);

  /// Shares (N, K, factor h, factor w), which sum to 1 over K, for K features (N, C, h, w) and their K lambdas, which
  /// sum to 1. Row i of each belongs to mixed image i. `how` replaces that of the options.
  variable forward(const std::vector<variable>& features, const std::vector<double>& lambdas, index_t factor,
                   std::optional<upsampling> how = std::nullopt);

 private:
  multi_mix_block_options options_;
  index_t channels_;
  mask_projection query_, key_, value_;
};

}  // namespace nn
}  // namespace mixcon_train
