// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// NT-Xent with a denominator for every positive pair, as in pytorch-metric-learning.

#include <mixcon/contrast/loss.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// NT-Xent with a denominator for every positive pair: the pair itself and the negatives of its anchor, but not the
/// anchor's other positives. What pytorch-metric-learning calls NTXentLoss.
///
///   value = mean over positive pairs (a, p) of log(1 + sum_{negatives k of a} w_k exp(x_k - x_p)),
///   x = similarity / temperature
///
/// Every positive pair counts once, whatever its target and weight. Equal to `info_nce` where each anchor has one
/// positive, and then only. An anchor without a negative has value 0. Source: Chen et al. 2020, arXiv:2002.05709, as
/// generalised to labels by Musgrave et al. 2020, arXiv:2008.09164 (pytorch-metric-learning).
struct nt_xent_per_pair {
  double temperature = 0.1;  // in units of similarity, > 0; pytorch-metric-learning's default is 0.07
  static constexpr auto scope = each::positive;

  auto statistics() const { return pack{log_sum_exp{over::negatives}}; }
  template <class T>
  MIXCON_HD T value(T positive, T negatives) const {
    return softplus(negatives - positive);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
