// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// ProxyNCA as an objective: each embedding finds the learned proxy of its class among those of all classes.

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/class.hpp>
#include <mixcon/losses/info_nce.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// ProxyNCA: neighbourhood components analysis with a learned proxy a class in the place of the other samples.
///
///   loss = mean over samples i of -log( e^(-scale d_iy^2) / sum_classes e^(-scale d_ic^2) ),   y = label of i
///
/// d: distance of the unit rows. Embeddings (N, D) are the anchors, proxies (C, D) the candidates, with
/// `class_targets`. `scale` > 0, per unit of squared distance. The sum has the own class in it, as the published code
/// and pytorch-metric-learning have; the paper's equation leaves it out. Source: Movshovitz-Attias et al. 2017,
/// arXiv:1703.07464.
inline objective<info_nce, negative_squared_distance> proxy_nca(double scale = 1) {
  objective criterion{info_nce{.temperature = 1}, negative_squared_distance{rows::unit, rows::unit}};
  criterion.scale = scale;
  (criterion.check)();
  return criterion;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
