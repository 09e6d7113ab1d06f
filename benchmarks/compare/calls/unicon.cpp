// SPDX-License-Identifier: BSD-3-Clause
#include "call.hpp"

#include <mixcon/losses/unicon.hpp>

/// Two stacked views (2N, D) and their universum rows (2N, D), labels (N). Constants: the temperature.
extern "C" double call_unicon(const mixcon_compare::call* given) {
  return mixcon_compare::value_of([&] {
    const auto labels = given->integers(given->labels, given->extents[0][0] / 2);
    return mixcon_compare::value_of_pairs(*given, mixcon::unicon(given->constants[0], 0),
                                          mixcon::unicon_targets(labels), given->matrix(1),
                                          {.anchors = given->gradient(0), .candidates = {given->gradient(1)}});
  });
}
