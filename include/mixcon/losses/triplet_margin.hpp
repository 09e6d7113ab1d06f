// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The triplet loss: a positive must be closer to its anchor than a negative by a margin.

#include <mixcon/contrast/loss.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Which triplets (anchor a, positive p, negative n) count, by gap = D_an - D_ap. The choice is not differentiated.
enum class triplets {
  all,
  hard,       // gap <= 0: the negative is as near as the positive, or nearer
  semi_hard,  // 0 < gap <= mining_margin: farther, but within the margin
};

/// The triplet loss: a positive shall be nearer than a negative by a margin.
///
///   value = mean over triplets with a loss above 0 of  relu(D_ap - D_an + margin)     (or its soft form, softplus)
///
/// With `negative_distance`, of unit rows for FaceNet; logits are -D. 0 where no triplet counts. Never a list of
/// triplets in memory; time O(N^2 D + number of triplets). The hardest pair of each anchor alone: `batch_hard_triplet`.
/// Source: Schroff et al. 2015, arXiv:1503.03832, eq. 2; the mean over nonzero terms as in pytorch-metric-learning.
struct triplet_margin {
  double margin = 0.2;  // in units of distance; FaceNet's value
  bool soft = false;    // softplus in the place of relu: every triplet that counts has a loss above 0
  triplets mined = triplets::all;
  double mining_margin = 0.2;  // upper end of the gap for semi_hard, in units of distance, >= 0
  static constexpr auto scope = each::triplet;
  static constexpr bool needs_positive = true, needs_negative = true;

  void(check)() const {
    MIXCON_REQUIRE(margin - margin == 0 && mining_margin >= 0 && mining_margin <= 1.7976931348623157e308,
                   "triplet_margin: margin is ", margin, " and mining_margin ", mining_margin,
                   "; expected finite numbers, the second >= 0, as 0.2 and 0.2");
  }
  auto statistics() const { return pack{}; }
  /// Whether the triplet of these two logits counts; one with NaN does.
  template <class T>
  MIXCON_HD mask_of<T> keeps(const T& positive, const T& negative) const {
    const T gap = positive - negative;
    const mask_of<T> hard = !(gap > T(0)), beyond = gap > T(mining_margin), same = !is_nan(gap);
    if (mined == triplets::hard) return hard;
    if (mined == triplets::semi_hard) return !same || (!hard && !beyond);
    return same || !same;
  }
  template <class T>
  MIXCON_HD auto value(T positive, T negative) const {
    const T above = negative - positive + margin;
    const T loss = choose(keeps(plain(positive), plain(negative)), soft ? softplus(above) : relu(above), T(0));
    const auto zero = plain(T(0));
    return terms{term{loss, choose(plain(loss) <= zero, zero, plain(T(1)))}};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
