// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/lent.hpp"

#include <mixcon/mix/labels/pair_targets.hpp>
#include <mixcon/mix/plan.hpp>

#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// Targets of no samples, with the memory of earlier ones.
inline lent<mixcon::pair_targets> no_targets() {
  lent<mixcon::pair_targets> made;
  made->own.clear(), made->partner.clear(), made->lambda.clear(), made->ignored = {};
  return made;
}

/// `mixcon::pair_targets_of` a plan whose partners are of the batch.
template <class Region>
lent<mixcon::pair_targets> targets_of_plan(const mixcon::mix_plan<Region>& plan, const std::vector<int>& labels) {
  lent<mixcon::pair_targets> made;
  mixcon::pair_targets_again(*made, plan, labels);
  return made;
}

}  // namespace recipes
}  // namespace mixcon_train
