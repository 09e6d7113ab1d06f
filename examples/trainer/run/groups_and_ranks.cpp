// SPDX-License-Identifier: BSD-3-Clause
#include "run/groups_and_ranks.hpp"

#include "options/nearest_name.hpp"
#include "recipes/all_recipes.hpp"

#include <mixcon/core/require.hpp>

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace run {

void require_groups(const settings& chosen) {
  const index_t groups = chosen.training.norm_groups, batch = chosen.training.batch;
  MIXCON_REQUIRE(batch % groups == 0, "--norm-groups: ", groups, " for batches of ", batch,
                 " samples; expected a divisor of --batch.");
}

void require_trainable_over(const rank_group& ranks, const settings& chosen) {
  std::vector<std::string> able;
  for (const recipe_entry& each : all_recipes())
    if (each.over_ranks) able.emplace_back(each.name);
  MIXCON_REQUIRE(recipe_called(chosen.recipe).over_ranks, "--recipe: ", chosen.recipe, " does not train on ",
                 ranks.size(), " ranks; ", listed(able), " do. Choose one of these, or train in one process.");
  MIXCON_REQUIRE(chosen.run.device == "cpu", "--device: ", ranks.size(),
                 " ranks train on processors; leave the option out, or train in one process.");
  MIXCON_REQUIRE(chosen.training.batch % ranks.size() == 0, "--batch: ", chosen.training.batch,
                 " samples cannot be shared out equally among ", ranks.size(),
                 " ranks; expected a multiple of their number.");
  const index_t groups = chosen.training.norm_groups;
  MIXCON_REQUIRE(groups == 1 || groups % ranks.size() == 0, "--norm-groups: ", groups, " for ", ranks.size(),
                 " ranks; expected 1, or a multiple of their number, so that no group lies on some of them.");
}

}  // namespace run
}  // namespace mixcon_train
