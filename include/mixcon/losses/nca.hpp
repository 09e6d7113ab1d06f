// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Neighbourhood components analysis as an objective: a softmax over negative squared distances.

#include <mixcon/contrast/objective.hpp>
#include <mixcon/losses/group_softmax.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Neighbourhood components analysis: how improbable it is that an anchor picks a neighbour of its own class.
///
///   loss = mean over anchors of -log( sum_{positives j} e^(-scale d_j^2) / sum_{j, not the anchor} e^(-scale d_j^2) )
///
/// d: distance of the unit rows (`similarity.anchors = similarity.candidates = rows::as_given` for rows as they are).
/// With `label_targets`. `scale` > 0, per unit of squared distance. Source: Goldberger et al. 2004, "Neighbourhood
/// Components Analysis", eq. 4 in logarithms, as pytorch-metric-learning's NCALoss.
inline objective<group_softmax, negative_squared_distance> nca(double scale = 1) {
  objective criterion{group_softmax{.temperature = 1}, negative_squared_distance{rows::unit, rows::unit}};
  criterion.scale = scale;
  (criterion.check)();
  return criterion;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
