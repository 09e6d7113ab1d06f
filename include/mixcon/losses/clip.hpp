// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// CLIP: images find their texts and texts their images.

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/losses/info_nce.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// CLIP: images find their texts and texts their images, half of each.
///
///   loss = 1/2 mean_i (log sum_j e^(s x_ij) - s x_ii) + 1/2 mean_j (log sum_i e^(s x_ij) - s x_jj)
///
/// Called with `diagonal_targets{}` on images (N, D) and texts (N, D), which are made unit rows;
/// `of_unit_rows_as_given(clip())` takes them as they are, as open_clip's loss does. `scale` is the learned one,
/// exponentiated already; its gradient is `.scale`, times `scale` for its logarithm. Radford et al. 2021,
/// arXiv:2103.00020.
inline objective<info_nce, dot_product> clip(double scale = 1 / 0.07) {
  objective criterion{info_nce{.temperature = 1}, dot_product{rows::unit, rows::unit}};
  criterion.scale = scale;
  criterion.direction = {.rows = 0.5, .columns = 0.5};
  (criterion.check)();
  return criterion;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
