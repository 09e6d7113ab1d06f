// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Contrastive learning with hard negatives (HCL), and its form without hardness, debiased contrastive learning.

#include <mixcon/contrast/loss.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Contrastive learning with hard negatives (HCL): negatives count by how alike they are to the anchor, and the share
/// of them that are of the anchor's class unseen is subtracted.
///
///   value = log(1 + G / e^p),   G = max( (R - prior n e^p) / (1 - prior), n e^(-1/temperature) )
///   R     = n sum_k e^((1 + concentration) x_k) / sum_k e^(concentration x_k),   over the n negatives k
///
/// with x = similarity / temperature and p the positive's x (the mean of the positives' where there are several). The
/// floor, the least G that unit rows allow, expects similarities >= -1: rows of unit length (`cosine` makes them so;
/// `check_finite` refuses others of `dot_product`). The weights of the negatives are differentiated, as in the
/// published code. An anchor without a negative does not reach the formula; one without a positive: see `no_positive`
/// in the objective. Source: Robinson et al. 2021, arXiv:2010.04592, eq. 4 and 5.
struct hard_negative {
  double temperature = 0.5;     // in units of similarity, > 0
  double concentration = 1;     // >= 0, the paper's beta: how much harder negatives count; 0: all alike, see `debiased`
  double positive_prior = 0.1;  // in [0, 1), the paper's tau+: share of the negatives that are of the anchor's class
  static constexpr bool needs_positive = true, needs_negative = true, assumes_unit_rows = true;

  void(check)() const {
    MIXCON_REQUIRE(concentration >= 0 && concentration - concentration == 0, "hard_negative: concentration is ",
                   concentration, "; expected a finite number >= 0, as 1");
    MIXCON_REQUIRE(positive_prior >= 0 && positive_prior < 1, "hard_negative: positive_prior is ", positive_prior,
                   "; expected a share in [0, 1), as 0.1");
  }
  auto statistics() const {
    return pack{log_sum_exp{over::negatives, 1 + concentration}, log_sum_exp{over::negatives, concentration},
                sum_of{over::targets}, count_of{over::negatives}};
  }
  template <class T>
  MIXCON_HD T value(T raised, T weights, T positive, T negatives, T scale) const {
    const T number = log(negatives), reweighted = raised - weights + number, floor = number - scale;
    const T same_class = positive + number + log(T(positive_prior));
    const T unbiased = log_diff_exp(reweighted, same_class) - log(T(1 - positive_prior));
    const T estimate = choose(plain(reweighted) <= plain(same_class), floor, larger(unbiased, floor));
    return softplus(estimate - positive);
  }
};

/// Debiased contrastive learning: `hard_negative` with all negatives alike. With a prior of 0 as well it is NT-Xent,
/// where the floor is not reached. Source: Chuang et al. 2020, arXiv:2007.00224, eq. 8.
inline hard_negative debiased(double temperature = 0.5, double positive_prior = 0.1) {
  return {.temperature = temperature, .concentration = 0, .positive_prior = positive_prior};
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
