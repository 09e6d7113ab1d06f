// SPDX-License-Identifier: BSD-3-Clause
// What every recipe asks that learns from labels.
#pragma once

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>

namespace mixcon_train {
inline namespace recipes {

/// Refuses training samples of fewer than two classes: whatever a network says of them is right. Throws
/// std::invalid_argument.
inline void require_classes_to_learn(mixcon::index_t classes) {
  MIXCON_REQUIRE(classes >= 2, "--data: the training samples have ", classes,
                 " class; expected at least two for a recipe that learns from labels. simclr, moco, byol and others "
                 "need none.");
}

}  // namespace recipes
}  // namespace mixcon_train
