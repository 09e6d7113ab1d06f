// SPDX-License-Identifier: BSD-3-Clause
#include "call.hpp"

#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/losses/batch_hard_triplet.hpp>

/// Embeddings (N, D), labels (N). Constants: the margin.
extern "C" double call_batch_hard_triplet(const mixcon_compare::call* given) {
  return mixcon_compare::value_of([&] {
    const mixcon::objective criterion{mixcon::batch_hard_triplet{.margin = given->constants[0]},
                                      mixcon::negative_distance{mixcon::rows::unit, mixcon::rows::unit}};
    const auto labels = given->integers(given->labels, given->extents[0][0]);
    return mixcon_compare::value_of_rows(*given, criterion, mixcon::label_targets{.labels = labels});
  });
}
