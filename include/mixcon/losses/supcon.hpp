// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// SupCon as an objective, with the sum outside the logarithm: each row finds all rows of its class.

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/contrast/targets/mask.hpp>
#include <mixcon/losses/info_nce.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// SupCon, the form with the sum outside the logarithm: each row is to find all rows of its class among the others.
///
///   loss = t/t0 mean_i 1/|P(i)| sum_{p in P(i)} (log sum_{k != i} e^(x_ik) - x_ip),   x = <z_i, z_k> / t
///
/// Called with `label_targets{.labels, .views}` on stacked views, or with `mask_targets` where positives have weights;
/// anchors may be the first view alone. t: `temperature` > 0, t0: `base_temperature` > 0, or 0 for no factor; both in
/// units of similarity. Rows are made unit rows; SupContrast takes them as they are, which here is
/// `of_unit_rows_as_given(supcon())`. Defaults as in SupContrast. Source: Khosla et al. 2020, arXiv:2004.11362, eq. 2
/// (L_out); the other form is `supcon_inside`.
inline objective<info_nce, dot_product> supcon(double temperature = 0.07, double base_temperature = 0.07) {
  return objective{info_nce{.temperature = temperature, .base_temperature = base_temperature},
                   dot_product{rows::unit, rows::unit}};
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
