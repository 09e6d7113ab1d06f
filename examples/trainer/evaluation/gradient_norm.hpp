// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/module.hpp"

#include <vector>

namespace mixcon_train {
inline namespace evaluation {

/// Length of the gradient that `backward` left in these parameters, taken as one vector; those without one count as 0.
/// To be asked for before the optimiser's step, which takes the gradients away.
double gradient_norm(const std::vector<parameter>& parameters);

}  // namespace evaluation
}  // namespace mixcon_train
