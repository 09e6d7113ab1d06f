// SPDX-License-Identifier: BSD-3-Clause
#include "call.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/losses/siglip.hpp>

/// Images (N, D) and texts (N, D). Constants: the scale, the bias.
extern "C" double call_siglip(const mixcon_compare::call* given) {
  return mixcon_compare::value_of([&] {
    mixcon::objective criterion{mixcon::siglip{}, mixcon::cosine{}, mixcon::plain_logits{given->constants[1]}};
    criterion.scale = given->constants[0];
    return mixcon_compare::value_of_pairs(*given, criterion, mixcon::diagonal_targets{}, given->matrix(1),
                                          {.anchors = given->gradient(0), .candidates = {given->gradient(1)}});
  });
}
