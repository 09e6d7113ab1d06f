// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/mix_block.hpp"

namespace mixcon_train {
inline namespace nn {

struct multi_mix_block_options {
  bool scaled = true;     ///< attention's logits are divided by sqrt(D)
  index_t reduction = 2;  ///< D = C / reduction, at least 1
  upsampling how = upsampling::nearest;
};

/// Masks for K >= 2 images: each image's places attend to the sum of the others' keys, and a softmax over the images
/// makes shares of the values found. Each image's features have a channel of its lambda; queries and keys are
/// rectified. AdAutoMix, Qin et al. 2024, arXiv:2312.11954. Weights begin with deviation 0.01, so that shares begin at
/// 1 / K.
class multi_mix_block final : public module {
 public:
  multi_mix_block(device& on, index_t channels, const multi_mix_block_options& options, std::uint64_t seed);

  /// Shares (N, K, factor h, factor w), which sum to 1 over K, for K features (N, C, h, w) and their K lambdas, which
  /// sum to 1. Row i of each belongs to mixed image i; the first is the own one.
  variable forward(const std::vector<variable>& features, const std::vector<double>& lambdas, index_t factor);

 private:
  multi_mix_block_options options_;
  index_t channels_;
  conv_layer query_, key_, value_;
};

}  // namespace nn
}  // namespace mixcon_train
