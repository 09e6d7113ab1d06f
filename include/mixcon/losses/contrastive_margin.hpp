// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The contrastive loss with margins: pulls far positives, pushes near negatives.

#include <mixcon/contrast/loss.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The contrastive loss with margins: pulls positives nearer than one distance, pushes negatives beyond another.
///
///   loss = mean of [d - positive_margin]+ over the positive pairs where it is > 0
///        + mean of [negative_margin - d]+ over the negative pairs where it is > 0,     d = -similarity
///
/// With `negative_distance` of unit rows. Both orders of a pair count, by their weight; a mean of nothing is 0, and the
/// numbers of pairs are constant in the gradient. Source: Hadsell et al. 2006, without its squares; the means as in
/// pytorch-metric-learning's ContrastiveLoss.
struct contrastive_margin {
  double positive_margin = 0;  // in units of distance: positives nearer than that are left alone
  double negative_margin = 1;  // in units of distance: negatives beyond it are left alone

  struct beyond {
    double margin;
    template <class T>
    MIXCON_HD T operator()(const T& s) const {
      return relu(-s - margin);
    }
  };
  struct within {
    double margin;
    template <class T>
    MIXCON_HD T operator()(const T& s) const {
      return relu(s + margin);
    }
  };
  /// 1 where a hinge is open.
  template <class Hinge>
  struct open {
    Hinge hinge;
    template <class T>
    MIXCON_HD T operator()(const T& s) const {
      using number = plain_t<T>;
      return T(choose(plain(hinge(s)) <= number(0), number(0), number(1)));
    }
  };

  void(check)() const {
    MIXCON_REQUIRE(positive_margin - positive_margin == 0 && negative_margin - negative_margin == 0,
                   "contrastive_margin: positive_margin is ", positive_margin, " and negative_margin ", negative_margin,
                   "; expected two finite numbers, as 0 and 1");
  }
  auto statistics() const {
    const beyond too_far{positive_margin};
    const within too_near{negative_margin};
    return pack{sum_of{over::positives, too_far}, sum_of{over::positives, open<beyond>{too_far}},
                sum_of{over::negatives, too_near}, sum_of{over::negatives, open<within>{too_near}}};
  }
  template <class T>
  MIXCON_HD auto value(T too_far, T number_too_far, T too_near, T number_too_near) const {
    return terms{term{too_far, plain(number_too_far)}, term{too_near, plain(number_too_near)}};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
