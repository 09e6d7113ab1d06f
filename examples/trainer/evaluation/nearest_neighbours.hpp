// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "evaluation/features.hpp"

namespace mixcon_train {
inline namespace evaluation {

/// Share of the test rows whose `neighbours` nearest training rows, by cosine, mostly are of their class. Classes with
/// equally many votes: the larger sum of similarities wins, then the lower number.
double nearest_neighbours(features train, features test, index_t classes, index_t neighbours = 5);

}  // namespace evaluation
}  // namespace mixcon_train
