// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The general dense softmax: the log-partition of each anchor has a coefficient of the caller's.

#include <mixcon/contrast/loss.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The general dense softmax: partition and targets need not balance.
///
///   value = kappa log sum_{visible k} w_k exp(x_k) - sum_j p_j x_j
///
/// `kappa` (N) is the caller's coefficient of each anchor's log-partition, constant in the backward pass; 0 leaves the
/// partition out, even an empty one. With kappa = sum_j p_j this is `info_nce` (and then less exact near 0). Combine
/// with `reduction::weighted` for row weights and `pair_logits` for scales and biases per pair.
struct weighted_softmax {
  vector_view<const double> kappa{};  // must outlive the calls
  double temperature = 1;             // in units of similarity, > 0

  template <class F>
  void each_view(F&& f) {
    f(kappa);
  }
  auto statistics() const { return pack{log_sum_exp{over::candidates}, sum_of{over::targets}, per_anchor{kappa}}; }
  template <class T>
  MIXCON_HD T value(T partition, T attraction, T coefficient) const {
    return choose(plain(coefficient) == plain(T(0)), T(0), coefficient * partition) - attraction;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
