// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/policy_of_run.hpp"

#include "recipes/frozen_run.hpp"

#include <mixcon/core/require.hpp>

#include <utility>

namespace mixcon_train {
inline namespace recipes {

policy_of_run::policy_of_run(const recipe_world& world, const std::string& folder, const char* flag)
    : policy_of_run(world.run(flag, folder), world.data.statistics) {}

policy_of_run::policy_of_run(frozen_run opened, const channel_statistics& statistics)
    : from_(std::make_unique<frozen_run>(std::move(opened))) {
  MIXCON_REQUIRE(from_->made->policy() != nullptr, from_->flag, ": ", from_->folder, " is a run of ",
                 from_->recipe_name, ", which learns no policy; expected a run of a recipe that trains a mixer.");
  const channel_statistics& its = from_->data.statistics;
  if (its == statistics) return;
  for (std::size_t c = 0; c < statistics.mean.size(); ++c) {
    mean_.push_back(static_cast<float>((its.mean[c] - statistics.mean[c]) / statistics.deviation[c]));
    deviation_.push_back(static_cast<float>(its.deviation[c] / statistics.deviation[c]));
  }
}
policy_of_run::~policy_of_run() = default;

mixed_training_batch policy_of_run::mix(batch_to_mix& batch, const mixcon::philox_draws& draws) const {
  batch.mean = mean_, batch.deviation = deviation_;
  return policy().mix_for_training(batch, draws);
}

learned_policy& policy_of_run::policy() const { return *from_->made->policy(); }
const std::string& policy_of_run::recipe_name() const { return from_->recipe_name; }

}  // namespace recipes
}  // namespace mixcon_train
