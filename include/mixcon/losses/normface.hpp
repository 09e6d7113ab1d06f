// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// NormFace as an objective: softmax over class proxies of unit length.

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/class.hpp>
#include <mixcon/losses/info_nce.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// NormFace, the normalised softmax: cross-entropy over class proxies of unit length.
///
///   loss = mean over samples i of -log( e^(<z_i, p_y>/t) / sum_classes e^(<z_i, p_c>/t) ),   unit rows, y = label of i
///
/// Embeddings (N, D) are the anchors, proxies (C, D) the candidates, with `class_targets`. `temperature` > 0, in units
/// of cosine. Source: Wang et al. 2017, arXiv:1704.06369, eq. 4; the default as in pytorch-metric-learning.
inline objective<info_nce, cosine> normface(double temperature = 0.05) {
  return objective{info_nce{.temperature = temperature}, cosine{}};
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
