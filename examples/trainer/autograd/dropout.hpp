// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

#include <mixcon/mix/draw/draws.hpp>

namespace mixcon_train {
inline namespace autograd {

/// Each number becomes 0 with this probability in [0, 1), else x / (1 - probability), by draws that depend on seed,
/// step and place alone. Srivastava et al. 2014. In evaluation, callers leave it out.
variable dropout(const variable& x, double probability, const mixcon::philox_draws& draws);

}  // namespace autograd
}  // namespace mixcon_train
