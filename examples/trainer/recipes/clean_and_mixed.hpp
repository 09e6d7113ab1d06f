// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "recipes/recipe_parts.hpp"

#include <mixcon/mix/labels/pair_targets.hpp>

#include <optional>

namespace mixcon_train {
inline namespace recipes {

/// The options of RegMixup: lambda near one half, and the weight of the mixed batch (eta, or gamma).
struct regmixup_options {
  double alpha = 20, mixed_weight = 1;
  void declare(option_list& to) {
    to.add("alpha", alpha, {1e-6, 1e6}, "lambda is Beta(alpha, alpha)", "20");
    to.add("mixed-weight", mixed_weight, {0, 1e3}, "of the mixed batch's loss; the clean one's has 1", "1");
  }
  shown_mix shown() const { return {"regmixup", {.alpha = alpha}}; }
};

/// What the encoder makes of a batch and of its mixtures, in one pass.
struct clean_and_mixed {
  variable clean{}, mixed{};       ///< features (N, F) each
  mixcon::pair_targets targets{};  ///< both labels of each mixture
};

/// Mixes a batch by RegMixup and encodes it, clean and mixed. Pinto et al. 2022, arXiv:2206.14502.
clean_and_mixed encode_clean_and_mixed(device& on, network& net, const recipe_step& step, double alpha);

}  // namespace recipes
}  // namespace mixcon_train
