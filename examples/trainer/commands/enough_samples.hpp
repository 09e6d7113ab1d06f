// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"
#include "run/settings.hpp"

namespace mixcon_train {
inline namespace commands {

/// Refuses, before anything is trained or written, a batch that is larger than the training set, a data set without
/// test samples, and one that is too small for the probes of the table where the run is going to be `evaluated`. Throws
/// std::invalid_argument.
void require_enough_samples(const settings& chosen, const train_and_test& data, bool evaluated);

}  // namespace commands
}  // namespace mixcon_train
