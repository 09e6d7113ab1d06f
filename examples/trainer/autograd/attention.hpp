// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

namespace mixcon_train {
inline namespace autograd {

/// What attention finds, and where it looked: `weights` (N, P, P') of P places of the queries at P' of the values, each
/// row a softmax. No gradient comes through the weights alone.
struct attended {
  variable found;
  tensor weights;
};
/// Each place of the queries (N, D, h, w) looks at all places of the keys (N, D, h', w') and finds the mean of the
/// values (N, 1, h', w') there, weighed by the softmax of factor q k: `found` (N, 1, h, w). It is computed in float or
/// double, whatever activations are stored as. With one value a place, the gradient by the logits is that of a rank-one
/// matrix, so the way back costs two products and no softmax.
attended attend(const variable& queries, const variable& keys, const variable& values, double factor);

}  // namespace autograd
}  // namespace mixcon_train
