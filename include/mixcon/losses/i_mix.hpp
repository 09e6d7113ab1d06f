// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The objective of i-Mix: every mixed sample finds its own key and its partner's, by their shares.

#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/losses/info_nce.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// i-Mix, the N-pair form: every sample is its own class, and a mixture is of two of them by their shares.
///
///   loss = mean_i ( lambda_i CE(x_i, i) + (1 - lambda_i) CE(x_i, partner_i) ),   CE(x_i, j) = log sum_k e^x_ik - x_ij
///
/// x_ik: cosine of mixed row i and unmixed key k, / temperature. Called with `mixed_targets{diagonal_targets{}, plan}`
/// on embeddings of the mixed first views (N, D) and of the unmixed second ones (N, D), none of which is hidden. The
/// two shares add where a sample is its own partner. `temperature` > 0, in units of cosine. Sum it over both directions
/// of two views, each with a plan of its own. With a momentum encoder: `moco_n`; without negatives: `byol` with
/// `lambda`. Source: Lee et al. 2020, arXiv:2010.08887.
inline objective<info_nce, cosine> i_mix(double temperature = 0.2) {
  return objective{info_nce{.temperature = temperature}, cosine{}};
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
