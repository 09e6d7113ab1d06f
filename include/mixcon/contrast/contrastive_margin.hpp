// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/loss.hpp>

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

  void check() const {
    MIXCON_REQUIRE(positive_margin - positive_margin == 0 && negative_margin - negative_margin == 0,
                   "contrastive_margin: positive_margin is ", positive_margin, " and negative_margin ", negative_margin,
                   "; expected two finite numbers, as 0 and 1");
  }
  auto statistics() const {
    const beyond far{positive_margin};
    const within near{negative_margin};
    return pack{sum_of{over::positives, far}, sum_of{over::positives, open<beyond>{far}}, sum_of{over::negatives, near},
                sum_of{over::negatives, open<within>{near}}};
  }
  template <class T>
  MIXCON_HD auto value(T far, T number_far, T near, T number_near) const {
    return terms{term{far, plain(number_far)}, term{near, plain(number_near)}};
  }
};

}  // namespace mixcon
