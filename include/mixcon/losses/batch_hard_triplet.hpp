// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The triplet loss of each anchor's farthest positive and nearest negative.

#include <mixcon/contrast/loss.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The triplet loss of each anchor's farthest positive and nearest negative.
///
///   value = mean over anchors with a loss above 0 of  relu(max_p D_ap - min_n D_an + margin)   (or softplus)
///
/// With `negative_distance`; logits are -D. Ties go to the lowest index; the choice is not differentiated. An anchor
/// that lacks a positive or a negative has no triplet. Source: Hermans et al. 2017, arXiv:1703.07737, eq. 5.
struct batch_hard_triplet {
  double margin = 0.2;  // in units of distance
  bool soft = false;    // softplus in the place of relu, as the paper prefers (then with margin 0)
  static constexpr bool needs_positive = true, needs_negative = true;

  void(check)() const {
    MIXCON_REQUIRE(margin - margin == 0, "batch_hard_triplet: margin is ", margin,
                   "; expected a finite number, as 0.2");
  }
  auto statistics() const { return pack{smallest{over::positives}, largest{over::negatives}}; }
  template <class T>
  MIXCON_HD auto value(T farthest, T nearest) const {
    const T above = nearest - farthest + margin;
    const T loss = soft ? softplus(above) : relu(above);
    const auto zero = plain(T(0));
    return terms{term{loss, choose(plain(loss) <= zero, zero, plain(T(1)))}};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
