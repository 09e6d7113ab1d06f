// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "evaluation/features.hpp"

namespace mixcon_train {
inline namespace evaluation {

/// Share of the test rows that ridge regression on one-hot labels puts into their class, in closed form (Cholesky).
/// Features are standardised; the penalty is the one of 1e-6 .. 1 times the number of rows that does best on every
/// tenth row of `train`, fitted on the others, and then all of `train` is fitted with it.
struct ridge_result {
  double accuracy = 0;
  double penalty = 0;  ///< that was chosen, for each row
};
ridge_result ridge_probe(features train, features test, index_t classes);

}  // namespace evaluation
}  // namespace mixcon_train
