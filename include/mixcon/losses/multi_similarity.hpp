// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Multi-similarity loss: pulls positives above a similarity and pushes negatives below it, the worst ones most.

#include <mixcon/contrast/loss.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Multi-similarity: pulls positives above a similarity of `base` and pushes negatives below it, the worst ones most.
///
///   value = log(1 + sum over positives of exp(-attract (s_j - base))) / attract
///         + log(1 + sum over negatives of exp( repel   (s_j - base))) / repel,     s = similarity
///
/// An anchor without a positive has the second part alone. Without the paper's choice of hard pairs, as in
/// pytorch-metric-learning. Source: Wang et al. 2019, arXiv:1904.06627, eq. 15.
struct multi_similarity {
  double attract = 2, repel = 50;  // per unit of similarity, > 0, the paper's alpha and beta; larger: the worst alone
  double base = 0.5;               // in units of similarity, the paper's lambda

  void(check)() const {
    MIXCON_REQUIRE(attract > 0 && repel > 0 && attract - attract == 0 && repel - repel == 0,
                   "multi_similarity: attract is ", attract, " and repel is ", repel,
                   "; expected two finite numbers > 0, as 2 and 50");
    MIXCON_REQUIRE(base - base == 0, "multi_similarity: base is ", base, "; expected a finite number, as 0.5");
  }
  auto statistics() const { return pack{log_sum_exp{over::positives, -attract}, log_sum_exp{over::negatives, repel}}; }
  template <class T>
  MIXCON_HD T value(T positives, T negatives) const {
    return softplus(positives + attract * base) / attract + softplus(negatives - repel * base) / repel;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
