// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

#include <mixcon/mix/draw/draws.hpp>

#include <vector>

namespace mixcon_train {
inline namespace nn {

/// How masks are corrected before an encoder learns from them. Not for masks that the mixer learns from. AutoMix and
/// SAMix, arXiv:2103.13027, arXiv:2111.15454.
struct mask_adjustment {
  /// Where lambda or 1 - lambda is at most this, masks are the constant lambda: plain mixup. In [0, 1/2); negative:
  /// off.
  double lambda_margin = 0.08;
  /// The probability with which the masks of a batch are rescaled to the mean lambda, each by its own mean, in [0, 1];
  /// 1: always. One draw decides for the batch, as in the published code.
  double rescale_probability = 0;
  /// Only a mask whose mean is further from lambda than this is rescaled. At least 0: 0 where a probability decides, as
  /// in supervised training; 0.1 and probability 1 in self-supervised training.
  double mean_margin = 0;
  /// Masks of a batch are blurred before that, by a deviation drawn from `least_smoothing` to this many pixels. 0: off,
  /// as published.
  double smoothing = 0;
};
inline constexpr double least_smoothing = 0.5;

/// Partner shares (N, 1, H, W) corrected by the encoder's own lambda, as a constant: gradients stop here. A mask that
/// is rescaled has the mean lambda of own shares exactly, and stays in [0, 1]. Where `plain` has entries, one a sample,
/// the true ones get the constant lambda: pairs of one class.
variable adjusted(const variable& partner_share, double lambda, const mask_adjustment& by,
                  const mixcon::philox_draws& draws, const std::vector<bool>& plain = {});
/// Partner shares (N, 1, H, W), each mask rescaled to the mean lambda of own shares as above. Gradients pass, and have
/// no part that would change a mask's mean: what learns by these learns shapes.
variable of_mean_lambda(const variable& partner_share, double lambda);
/// Masks (N, 1, H, W) blurred by a Gaussian of this deviation in pixels, > 0, as a constant. It ends behind three
/// deviations, and near borders only places inside count, so that constant masks stay as they are and none leaves [0,
/// 1].
variable smoothed(const variable& partner_share, double deviation);
/// The masks of plain mixup, 1 - lambda everywhere, of the same shape.
variable constant_share(const variable& partner_share, double lambda);

}  // namespace nn
}  // namespace mixcon_train
