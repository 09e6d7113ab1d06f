// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "recipes/recipe_parts.hpp"

#include <cmath>

namespace mixcon_train {
inline namespace recipes {

/// What recipes with a classifier say of a loss: every sample is an anchor, and who knows nothing gives each class the
/// same score.
inline recipe_loss of_scores(variable loss, const variable& features, const recipe_step& step, index_t classes) {
  return {.loss = std::move(loss),
          .embeddings = features,
          .chance = std::log(static_cast<double>(classes)),
          .anchors = step.shape.samples,
          .anchors_used = step.shape.samples};
}

}  // namespace recipes
}  // namespace mixcon_train
