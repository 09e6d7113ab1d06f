// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/lent.hpp"

#include <mixcon/mix/labels/pair_targets.hpp>
#include <mixcon/mix/plan.hpp>

#include <cstddef>
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
  lent<mixcon::pair_targets> made = no_targets();
  made->own.assign(labels.begin(), labels.end());
  for (mixcon::index_t i = 0; i < plan.samples(); ++i) {
    made->partner.push_back(labels.at(static_cast<std::size_t>(plan.partner_of(i))));
    made->lambda.push_back(plan.lambda_of(i));
  }
  return made;
}

}  // namespace recipes
}  // namespace mixcon_train
