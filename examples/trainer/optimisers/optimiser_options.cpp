// SPDX-License-Identifier: BSD-3-Clause
#include "optimisers/optimiser_options.hpp"

#include "optimisers/adamw.hpp"
#include "optimisers/lars.hpp"
#include "optimisers/sgd.hpp"

#include <mixcon/core/require.hpp>

namespace mixcon_train {
inline namespace optimisers {

void optimiser_options::declare(option_list& to) {
  to.add("optimiser", optimiser, {"sgd", "adamw", "lars"}, "what moves the weights");
  to.add("momentum", momentum, {0, 1}, "of sgd and lars", "0.9");
  to.add("nesterov", nesterov, "sgd looks ahead by Nesterov's rule");
  to.add("weight-decay", weight_decay, {0, 1}, "pull of weights to 0; not of norms and biases", "1e-4");
  to.add("trust", trust, {0, 1}, "lars: share of a layer's length that a step may move it", "0.001");
}

std::unique_ptr<optimiser> new_optimiser(const optimiser_options& chosen, std::vector<parameter> parameters) {
  if (chosen.optimiser == "sgd")
    return std::make_unique<sgd>(std::move(parameters), chosen.momentum, chosen.weight_decay, chosen.nesterov);
  if (chosen.optimiser == "adamw") return std::make_unique<adamw>(std::move(parameters), chosen.weight_decay);
  MIXCON_REQUIRE(chosen.optimiser == "lars", "new_optimiser: there is no ", chosen.optimiser,
                 "; expected sgd, adamw or lars");
  return std::make_unique<lars>(std::move(parameters), chosen.momentum, chosen.weight_decay, chosen.trust);
}

}  // namespace optimisers
}  // namespace mixcon_train
