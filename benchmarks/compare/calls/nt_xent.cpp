// SPDX-License-Identifier: BSD-3-Clause
#include "call.hpp"

#include <mixcon/losses/nt_xent.hpp>

/// Two stacked views (2N, D). Constants: the temperature.
extern "C" double call_nt_xent(const mixcon_compare::call* given) {
  return mixcon_compare::value_of([&] {
    return mixcon_compare::value_of_rows(*given, mixcon::nt_xent(given->constants[0]),
                                         mixcon::view_targets{.samples = given->extents[0][0] / 2});
  });
}
