// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "recipes/recipe_parts.hpp"

namespace mixcon_train {
inline namespace recipes {

/// Past keys, unit rows, the oldest of which make room for new ones. It begins with random directions, as the published
/// code of MoCo does. Whoever has one registers `rows` as state and `next` as a count.
struct key_queue {
  tensor rows{};     ///< (size, D)
  index_t next = 0;  ///< where the next keys enter

  /// Refuses fewer keys than a batch of the run has.
  static key_queue of(const recipe_world& world, index_t size, index_t width);
  variable past() const { return variable(rows); }
  /// Keys (N, D), N at most the size, enter.
  void enter(const tensor& keys);
};

}  // namespace recipes
}  // namespace mixcon_train
