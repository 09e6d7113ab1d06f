// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/lent.hpp"

namespace mixcon_train {
inline namespace recipes {

/// What `policy.plan` returns for these, in the memory of an earlier plan where the policy can plan again.
template <class Policy, class... LookedAt>
auto lent_plan(const Policy& policy, const LookedAt&... looked_at) {
  lent<decltype(policy.plan(looked_at...))> made;
  if constexpr (requires { policy.plan_again(*made, looked_at...); })
    policy.plan_again(*made, looked_at...);
  else
    *made = policy.plan(looked_at...);
  return made;
}

}  // namespace recipes
}  // namespace mixcon_train
