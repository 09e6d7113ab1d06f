// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Softmax cross entropy of classifier outputs against soft labels, as an objective for given logits.

#include <mixcon/contrast/objective.hpp>
#include <mixcon/losses/info_nce.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The softmax cross entropy of classifier outputs (N, K) against soft labels:
///
///   loss = mean_i sum_c t_ic (log sum_k e^l_ik - l_ic)
///
/// Called with `given_logits{l}` and targets over classes: `matrix_targets` of soft labels written out (rows of any
/// mass >= 0; their gradient is `.targets`), `class_targets` of plain labels, or `class_pair_targets` (bridge/) of a
/// mixed batch, which are mixup's, RegMixup's (arXiv:2206.14502: add it to the clean batch's) and, with lambda by the
/// rule `remix`, Remix's (arXiv:2007.03943). The mean is over samples, whatever their mass.
inline objective<info_nce, dot_product> soft_cross_entropy() {
  return objective{info_nce{.temperature = 1}, dot_product{}};
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
