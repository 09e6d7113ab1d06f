// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// SupCon with the sum over positives inside the logarithm.

#include <mixcon/contrast/loss.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// SupCon, the form with the sum inside the logarithm: how improbable the anchor's positives are, taken together.
///
///   value = log sum_{visible} exp(x_j) - log( mean over positives of exp(x_j) ),   x = similarity / temperature
///
/// An anchor without a positive: see `no_positive` in the objective. At most `info_nce` over the same targets, by
/// Jensen. Source: Khosla et al. 2020, arXiv:2004.11362, eq. 3 (L_in).
struct supcon_inside {
  double temperature = 0.1;  // in units of similarity, > 0; smaller is sharper
  static constexpr bool needs_positive = true;

  auto statistics() const {
    return pack{log_sum_exp{over::negatives}, log_sum_exp{over::positives}, count_of{over::positives}};
  }
  template <class T>
  MIXCON_HD T value(T negatives, T positives, T number) const {
    return softplus(negatives - positives) + log(number);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
