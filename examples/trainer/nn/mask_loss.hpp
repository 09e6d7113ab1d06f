// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

namespace mixcon_train {
inline namespace nn {

/// What a learned mask is held to, besides the loss of its images. With e the margin, m the mean and V the variance of
/// partner shares mu over the whole batch:
///   l1           max(|1 - m - lambda| - e, 0)
///   l2           max((1 - m - lambda)^2 - e^2, 0)
///   variance     -V, which pushes masks to 0 and 1
///   l1_variance  l1 - 2 V, which may be negative
///   l2_variance  l2 - 2 V
///   sparsity     max(mean |mu (mu - 1)| - e, 0)
/// AutoMix and SAMix, arXiv:2103.13027, arXiv:2111.15454. Inside of its margin a part has no gradient, nor on its edge.
enum class mask_loss_kind { l1, l2, variance, l1_variance, l2_variance, sparsity };

struct mask_loss_options {
  mask_loss_kind kind = mask_loss_kind::l1;
  double margin = 0.1;  ///< e, at least 0
};

/// Of partner shares (N, 1, H, W), or of any shape, and the share `lambda` of the own image in [0, 1]: shape (1).
variable mask_loss(const variable& partner_share, double lambda, const mask_loss_options& options);

/// How masks do: of use only while they differ from the constant lambda, and follow it in the mean.
struct mask_health {
  double mean_minus_lambda = 0;  ///< of own shares
  double variance = 0;           ///< over the batch, in [0, 1/4]
};
mask_health health_of(const variable& partner_share, double lambda);

}  // namespace nn
}  // namespace mixcon_train
