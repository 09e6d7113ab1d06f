// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What the forward pass of a call may leave for its backward pass.

#include <mixcon/core/workspace.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Products of tiles, where one call asks for the value and the gradients: an engine may fill it in `gather` and use it
/// up in `scatter`. Tiles are stored one after another.
template <class T>
struct kept_products {
  scratch<T> entries;
  index_t number = 0;  // of the tiles that are kept, the first ones
  index_t rows_of_tile = 0;
  bool in_triangle = false;  // tile (i, j), i < j, is number j (j - 1) / 2 + i; else row by row of tiles

  bool of_anchors_alone = false;  // the caller wants no gradient by candidates
  scratch<T> candidate_sums;      // (N, pitch): candidates times exponentials, summed over each anchor's negatives

  explicit kept_products(workspace* memory) : entries(memory), candidate_sums(memory) {}

  /// These `gradients` will be asked for.
  template <class Gradients>
  void note_wanted(const Gradients& wanted) {
    of_anchors_alone = static_cast<bool>(wanted.anchors) && !wanted.candidate_bias;
    for (const auto& segment : wanted.candidates)
      if (segment) of_anchors_alone = false;
  }
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
