// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// SigLIP: whether an image and a text match is a binary question for each pair.

#include <mixcon/contrast/loss.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// SigLIP: each pair of an image and a text is a binary question of its own, does it match?
///
///   value = sum_{positives j} log(1 + e^-x_j) + sum_{negatives j} log(1 + e^x_j),   x = scale similarity + bias
///
/// Scale and bias are the objective's (`scale`, `logits.bias`), learned: the paper starts at 10 and -10. With
/// `diagonal_targets` the mean over N anchors is the paper's 1/N sum over N^2 pairs. Every visible pair counts by its
/// weight; several positives, or none, are as good as one. Source: Zhai et al. 2023, arXiv:2303.15343, algorithm 1.
struct siglip {
  struct mismatch {
    template <class T>
    MIXCON_HD T operator()(const T& x) const {
      return softplus(-x);
    }
  };
  struct match {
    template <class T>
    MIXCON_HD T operator()(const T& x) const {
      return softplus(x);
    }
  };

  auto statistics() const { return pack{sum_of{over::positives, mismatch{}}, sum_of{over::negatives, match{}}}; }
  template <class T>
  MIXCON_HD T value(T attraction, T repulsion) const {
    return attraction + repulsion;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
