// SPDX-License-Identifier: BSD-3-Clause
// The call that most tests of gpu::stream make, compiled once for all of them: info_nce of cosines over any targets.
#pragma once

#include "gpu/stream/call.hpp"

#include <mixcon/losses/info_nce.hpp>

namespace mixcon_test {

using shared_objective = mixcon::objective<mixcon::info_nce, mixcon::cosine, mixcon::plain_logits>;
inline shared_objective made_objective(double temperature = 0.5) {
  return shared_objective{mixcon::info_nce{.temperature = temperature}, mixcon::cosine{}};
}
/// A targets of `every_targets`, by its title.
inline const targets_case& targets_called(const std::string& title) {
  for (const targets_case& one : every_targets())
    if (one.targets.title == title) return one;
  throw std::runtime_error("no targets is called " + title);
}

}  // namespace mixcon_test

namespace mixcon::gpu {
extern template class evaluation<mixcon_test::shared_objective, mixcon_test::any_targets,
                                 mixcon::detail::arguments<float>>;
extern template class evaluation<mixcon_test::shared_objective, mixcon_test::any_targets,
                                 mixcon::detail::arguments<double>>;
}  // namespace mixcon::gpu
