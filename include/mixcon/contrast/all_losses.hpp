// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Every public loss, one line each, in the order of the alphabet. Gradient checks, lanes, kernels and benchmarks
// iterate over `all_losses`; a test fails when a loss's header is missing here.

#include <mixcon/contrast/decoupled.hpp>
#include <mixcon/contrast/info_nce.hpp>
#include <mixcon/contrast/supcon_inside.hpp>
#include <mixcon/contrast/weighted_softmax.hpp>

namespace mixcon {

using all_losses = pack<decoupled, info_nce, supcon_inside, weighted_softmax>;

}  // namespace mixcon
