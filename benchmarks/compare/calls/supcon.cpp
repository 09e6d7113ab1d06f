// SPDX-License-Identifier: BSD-3-Clause
#include "call.hpp"

#include <mixcon/losses/supcon.hpp>

/// Two stacked views (2N, D), labels (N). Constants: the temperature.
extern "C" double call_supcon(const mixcon_compare::call* given) {
  return mixcon_compare::value_of([&] {
    const auto labels = given->integers(given->labels, given->extents[0][0] / 2);
    return mixcon_compare::value_of_rows(*given, mixcon::supcon(given->constants[0], 0),
                                         mixcon::label_targets{.labels = labels, .views = 2});
  });
}
