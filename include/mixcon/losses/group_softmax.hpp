// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The probability that a softmax gives to all positives of an anchor together.

#include <mixcon/contrast/loss.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The softmax's probability of the anchor's positives, all taken together.
///
///   value = log sum_{visible} w e^x - log sum_{positives} w e^x,   x = similarity / temperature
///
/// Without target shares: one near positive is enough, whatever the others are (`supcon_inside` takes the positives'
/// mean instead of their sum). Never negative; 0 without a negative. An anchor without a positive: see `no_positive` in
/// the objective. Neighbourhood components analysis (`nca`) and NT-Xent with repeated sample ids, as solo-learn codes
/// it, are of this form. Source: Goldberger et al. 2004, "Neighbourhood Components Analysis", eq. 4 in logarithms.
struct group_softmax {
  double temperature = 0.1;  // in units of similarity, > 0; smaller is sharper
  static constexpr bool needs_positive = true;

  auto statistics() const { return pack{log_sum_exp{over::negatives}, log_sum_exp{over::positives}}; }
  template <class T>
  MIXCON_HD T value(T negatives, T positives) const {
    return softplus(negatives - positives);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
