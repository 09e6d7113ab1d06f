// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// ArcFace: softmax over class proxies with a margin added to the angle of the own class.

#include <mixcon/contrast/loss.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// ArcFace: the softmax over class proxies, with the angle to the own class enlarged by a margin.
///
///   value = log(1 + sum_{negatives j} e^(scale (c_j - f(c)))),   c: the positive's cosine, c_j: the others'
///   f(c)  = cos(angle + margin) where angle <= pi - margin, else c - margin sin(margin),   angle = arccos(c)
///
/// Similarities must be cosines: `cosine` with `class_targets`, the objective's own scale at 1. Cosines beyond [-1, 1]
/// by rounding are taken as -1 and 1. The slope of the angle is infinite at |c| = 1; there 1 - c^2 is taken as at
/// least 1e-12 (1e-7 in float) in the gradient. An anchor without a positive: see `no_positive` in the objective.
/// Source: Deng et al. 2019, arXiv:1801.07698, eq. 3; beyond pi - margin as in the authors' code.
struct arcface {
  double scale = 64;    // per unit of cosine, > 0
  double margin = 0.5;  // radians, in [0, pi]; 0.5 is 28.6 degrees
  static constexpr bool needs_positive = true;

  void(check)() const {
    MIXCON_REQUIRE(scale > 0 && scale - scale == 0, "arcface: scale is ", scale,
                   "; expected a finite number > 0, as 64");
    MIXCON_REQUIRE(margin >= 0 && margin <= 3.141592653589793, "arcface: margin is ", margin,
                   "; expected radians in [0, pi], as 0.5. Is it in degrees?");
  }
  auto statistics() const { return pack{log_sum_exp{over::negatives, scale}, sum_of{over::targets}}; }
  template <class T>
  MIXCON_HD T value(T negatives, T cosine) const {
    return softplus(negatives - moved(cosine) * scale);
  }

 private:
  template <class T>
  MIXCON_HD T moved(const T& cosine) const {
    using std::cos, std::sin;
    using number = plain_t<T>;
    const double along = cos(margin), across = sin(margin);
    const number one(1), c = plain(cosine);
    const number within = choose(c > one, one, choose(c < -one, -one, c));
    const number square = one - within * within;
    const number least = sizeof(scalar_of<number>) == sizeof(float) ? number(1e-7F) : number(1e-12);
    const number slope = within / sqrt_of(choose(square < least, least, square));  // of -sin(angle), by the cosine
    const T offset = cosine - detach(cosine);                                      // 0, with slope 1
    const T inside = (offset + T(within)) * along - (T(sqrt_of(square)) - offset * T(slope)) * across;
    return choose(within < number(-along), offset + T(within) - margin * across, inside);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
