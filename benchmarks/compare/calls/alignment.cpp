// SPDX-License-Identifier: BSD-3-Clause
#include "call.hpp"

#include <mixcon/losses/alignment.hpp>

/// Two matrices of aligned rows, (N, D).
extern "C" double call_alignment(const mixcon_compare::call* given) {
  return mixcon_compare::value_of([&] {
    return mixcon::value_and_grad(given->engine(), mixcon::alignment{}, given->matrix(0), given->matrix(1),
                                  {.first = given->gradient(0), .second = given->gradient(1)})
        .value;
  });
}
