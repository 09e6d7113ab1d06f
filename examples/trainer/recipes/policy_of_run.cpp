// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/policy_of_run.hpp"

#include "recipes/frozen_run.hpp"

#include <mixcon/core/require.hpp>

#include <utility>

namespace mixcon_train {
inline namespace recipes {

policy_of_run::policy_of_run(const recipe_world& world, const std::string& folder, const char* flag)
    : policy_of_run(world.run(flag, folder)) {}

policy_of_run::policy_of_run(frozen_run opened) : from_(std::make_unique<frozen_run>(std::move(opened))) {
  MIXCON_REQUIRE(from_->made->policy() != nullptr, from_->flag, ": ", from_->folder, " is a run of ",
                 from_->recipe_name, ", which learns no policy; expected a run of a recipe that trains a mixer.");
}
policy_of_run::~policy_of_run() = default;

mixed_samples policy_of_run::mix(const variable& images, std::span<const int> labels,
                                 const mixcon::philox_draws& draws) const {
  return policy().mix_for_training(images, from_->as_it_saw(images), labels, draws);
}

learned_policy& policy_of_run::policy() const { return *from_->made->policy(); }
const std::string& policy_of_run::recipe_name() const { return from_->recipe_name; }

}  // namespace recipes
}  // namespace mixcon_train
