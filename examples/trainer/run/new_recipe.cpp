// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/all_encoders.hpp"
#include "recipes/all_recipes.hpp"
#include "recipes/frozen_run.hpp"
#include "run/open_run.hpp"
#include "run/settings.hpp"

#include <utility>

namespace mixcon_train {
inline namespace run {

std::unique_ptr<recipe> new_recipe(const settings& chosen, device& on, const data_facts& data, const data_set* train) {
  recipe_world world{on, data, chosen.run.seed};
  world.batch = chosen.training.batch;
  world.train = train;
  world.new_encoder = [&chosen, &on, &data](std::uint64_t seed) {
    return encoder_called(chosen.architecture).make(on, chosen.architecture, chosen.of_encoder, data.shape, seed);
  };
  std::vector<used_run> used;
  if (train != nullptr)
    world.open_run = [&used, &on](const std::string& flag, const std::string& folder) {
      frozen_run opened = open_run(flag, folder, on);
      used.push_back({flag, folder, opened.identity});
      return opened;
    };
  std::unique_ptr<recipe> made = recipe_called(chosen.recipe).make(world, chosen.of_recipe);
  made->set_used_runs(std::move(used));
  return made;
}

}  // namespace run
}  // namespace mixcon_train
