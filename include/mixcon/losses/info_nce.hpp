// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// InfoNCE: the softmax cross-entropy of logits against targets. NT-Xent, SupCon, MoCo and CLIP are this with other
// targets.

#include <mixcon/contrast/loss.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The softmax cross-entropy of an anchor's logits against its targets. Which loss that is, the targets decide:
/// `view_targets` NT-Xent (Chen et al. 2020, arXiv:2002.05709), `label_targets` SupCon with the sum outside the
/// logarithm (Khosla et al. 2020, arXiv:2004.11362, eq. 2), `diagonal_targets` N-pair and InfoNCE (van den Oord et al.
/// 2018, arXiv:1807.03748), `queue_targets` MoCo, mixed targets i-Mix (Lee et al. 2020, arXiv:2010.08887).
///
///   value = sum_j p_j (log sum_{visible k} exp(x_k) - x_j),   x = similarity / temperature
///
/// An anchor without target mass has value 0 and no gradient; see `no_positive` in the objective.
struct info_nce {
  double temperature = 0.1;  // in units of similarity, > 0; smaller is sharper
  double base_temperature =
      0;  // > 0: the value is multiplied by temperature / base_temperature, as SupContrast does; 0: not

  void(check)() const {
    MIXCON_REQUIRE(base_temperature >= 0 && base_temperature <= 1.7976931348623157e308,
                   "info_nce: base_temperature is ", base_temperature,
                   "; expected a finite number > 0, or 0 for no factor");
  }
  auto statistics() const { return pack{cross_entropy{}}; }
  bool is_its_statistic() const { return base_temperature == 0; }
  template <class T>
  MIXCON_HD T value(T surprise, T scale) const {
    return base_temperature > 0 ? surprise / (scale * base_temperature) : surprise;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
