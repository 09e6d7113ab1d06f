// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The uniformity loss: how evenly rows cover the sphere (Wang and Isola 2020).

#include <mixcon/contrast/loss.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// How evenly rows cover the sphere: the logarithm of the mean Gaussian potential of all pairs.
///
///   value = log( mean over visible pairs of exp(sharpness * s) ),   s = -|x_i - x_j|^2
///
/// With `negative_squared_distance` and the targets `other_rows{}`: every pair but a row with itself, in both orders,
/// which has the mean of the pairs i < j. That similarity takes rows as they are, as the paper's code does, which
/// expects unit rows (`check_finite` refuses others); `{rows::unit, rows::unit}` makes them so. One value for the
/// batch; at least two rows, else refused. At most 0, and at least -4 sharpness for unit rows. Source: Wang and Isola
/// 2020, arXiv:2005.10242.
struct uniformity {
  double sharpness = 2;  // the paper's t, per unit of squared distance, > 0
  static constexpr auto scope = each::batch;
  static constexpr bool assumes_unit_rows = true;

  void(check)() const {
    MIXCON_REQUIRE(sharpness > 0 && sharpness <= 1.7976931348623157e308, "uniformity: sharpness is ", sharpness,
                   "; expected a finite number > 0, as 2");
  }
  auto statistics() const { return pack{log_sum_exp{over::candidates, sharpness}, count_of{over::candidates}}; }
  template <class T>
  MIXCON_HD T value(T all, T pairs) const {
    return all - log(pairs);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
