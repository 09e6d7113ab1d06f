// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// MoCo, MoCo v3 and MoCo-n as objectives. Keys and queue come from a momentum encoder and need no gradient in training;
// ask for theirs only if you want it.

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/contrast/targets/segments.hpp>
#include <mixcon/losses/info_nce.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// MoCo: a query's own key against a queue; other keys of the batch are no negatives. Called with `queue_targets{}` and
/// `candidates(own(keys), queue)`. Queries, keys and queue are made unit rows; `of_unit_rows_as_given(moco())` takes
/// those of an encoder that normalises as they are. A queue without rows is refused. He et al. 2019, arXiv:1911.05722;
/// InfoNCE is van den Oord et al. 2018, arXiv:1807.03748.
inline objective<info_nce, dot_product> moco(double temperature = 0.07) {
  return objective{info_nce{.temperature = temperature}, dot_product{rows::unit, rows::unit}};
}

/// MoCo v3: the batch's keys are the candidates, both sides are made unit rows, and the value is multiplied by
/// 2 temperature. Called with `diagonal_targets{}`; sum it over both directions of two views. Chen et al. 2021,
/// arXiv:2104.02057.
inline objective<info_nce, cosine> moco_v3(double temperature = 0.2) {
  return objective{info_nce{.temperature = temperature, .base_temperature = 0.5}, cosine{}};
}

/// MoCo-n, of i-Mix: the batch's keys and the queue are candidates, so that the partner's key is one too. Called with
/// `segments(diagonal_targets{}, every_negative{})`, or mixed targets in the first place, and
/// `candidates(as_unit(keys), as_given(queue))`. Queries and keys are made unit rows, the queue is taken as it is, of
/// any length, as in the paper's code; it may have no rows, then leave its segment out. Lee et al. 2020,
/// arXiv:2010.08887.
inline objective<info_nce, dot_product> moco_n(double temperature = 0.2) {
  return objective{info_nce{.temperature = temperature}, dot_product{.anchors = rows::unit}};
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
