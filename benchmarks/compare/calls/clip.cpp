// SPDX-License-Identifier: BSD-3-Clause
#include "call.hpp"

#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/losses/clip.hpp>

/// Images (N, D) and texts (N, D). Constants: the scale.
extern "C" double call_clip(const mixcon_compare::call* given) {
  return mixcon_compare::value_of([&] {
    return mixcon_compare::value_of_pairs(*given, mixcon::clip(given->constants[0]), mixcon::diagonal_targets{},
                                          given->matrix(1),
                                          {.anchors = given->gradient(0), .candidates = {given->gradient(1)}});
  });
}
