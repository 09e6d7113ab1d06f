// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Lifted structured embedding: each positive pair against the negatives of both its rows.

#include <mixcon/contrast/loss.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Lifted structured embedding: a positive pair against the negatives of both its rows, softly the nearest.
///
///   J(a, p) = log( sum_{negatives n of a} exp(s_an) + sum_{negatives n of p} exp(s_pn) )
///             + negative_margin - s_ap - positive_margin,      s = -distance
///   value   = mean over positive pairs of relu(J)^2 / 2
///
/// Candidates are the anchors themselves (else refused), with `negative_distance`. A pair whose rows both lack
/// negatives counts 0. Source: Oh Song et al. 2016, arXiv:1511.06452, eq. 4; margins and the mean over pairs (both
/// orders) as in pytorch-metric-learning.
struct lifted_structure {
  double positive_margin = 0;  // in units of distance: a positive pair nearer than that has no pull of its own
  double negative_margin = 1;  // in units of distance
  static constexpr auto scope = each::positive;
  static constexpr bool both_ends = true;

  void(check)() const {
    MIXCON_REQUIRE(positive_margin - positive_margin == 0 && negative_margin - negative_margin == 0,
                   "lifted_structure: positive_margin is ", positive_margin, " and negative_margin ", negative_margin,
                   "; expected two finite numbers, as 0 and 1");
  }
  auto statistics() const { return pack{log_sum_exp{over::negatives}}; }
  template <class T>
  MIXCON_HD T value(T positive, T of_anchor, T of_positive) const {
    return (square)(relu(log_add_exp(of_anchor, of_positive) - positive + (negative_margin - positive_margin))) * 0.5;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
