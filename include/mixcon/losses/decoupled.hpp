// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Decoupled contrastive learning (DCL): leaves the positive out of the partition.

#include <mixcon/contrast/loss.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Decoupled contrastive learning (DCL): the positive is left out of the partition, so that an easy positive does not
/// weaken the push on the negatives.
///
///   value = log sum_{negatives k} w_k exp(x_k) - sum_j p_j x_j,   x = similarity / temperature
///
/// May be negative; for unit rows in two views of N samples at least log(2N - 2) - 2 / temperature. An anchor without a
/// negative has no partition and does not reach the formula; one without a positive: see `no_positive` in the
/// objective. Source: Yeh et al. 2021, arXiv:2110.06848.
struct decoupled {
  double temperature = 0.1;  // in units of similarity, > 0; smaller is sharper
  static constexpr bool needs_positive = true, needs_negative = true;

  auto statistics() const { return pack{log_sum_exp{over::negatives}, sum_of{over::targets}}; }
  template <class T>
  MIXCON_HD T value(T negatives, T attraction) const {
    return negatives - attraction;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
