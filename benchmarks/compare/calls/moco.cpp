// SPDX-License-Identifier: BSD-3-Clause
#include "call.hpp"

#include <mixcon/losses/moco.hpp>

/// Queries (N, D), keys (N, D) and a queue (M, D); the gradient by queries alone. Constants: the temperature.
extern "C" double call_moco(const mixcon_compare::call* given) {
  return mixcon_compare::value_of([&] {
    return mixcon_compare::value_of_pairs(*given, mixcon::moco(given->constants[0]), mixcon::queue_targets{},
                                          mixcon::candidates(mixcon::own(given->matrix(1)), given->matrix(2)),
                                          {.anchors = given->gradient(0)});
  });
}
