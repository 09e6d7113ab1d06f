// SPDX-License-Identifier: BSD-3-Clause
#include "call.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/losses/multi_similarity.hpp>

/// Embeddings (N, D), labels (N), the paper's constants.
extern "C" double call_multi_similarity(const mixcon_compare::call* given) {
  return mixcon_compare::value_of([&] {
    const auto labels = given->integers(given->labels, given->extents[0][0]);
    return mixcon_compare::value_of_rows(*given, mixcon::objective{mixcon::multi_similarity{}, mixcon::cosine{}},
                                         mixcon::label_targets{.labels = labels});
  });
}
