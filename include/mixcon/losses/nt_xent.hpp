// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// NT-Xent as an objective: the loss of SimCLR.

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/view.hpp>
#include <mixcon/losses/info_nce.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// NT-Xent, the loss of SimCLR: each row is to find the other view of its sample among all other rows.
///
///   loss = 1 / (2N) sum_i (log sum_{k != i} e^(x_ik) - x_i,other view),   x = cosine / temperature
///
/// Called with `view_targets{.samples = N}` on two views of N samples, stacked (2N, D); with more views the other ones
/// of a sample share the positive mass. `temperature` > 0, in units of cosine. At most log(2N - 1) + 2 / temperature.
/// Source: Chen et al. 2020, arXiv:2002.05709, eq. 1.
inline objective<info_nce, cosine> nt_xent(double temperature = 0.5) {
  return objective{info_nce{.temperature = temperature}, cosine{}};
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
