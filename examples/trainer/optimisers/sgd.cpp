// SPDX-License-Identifier: BSD-3-Clause
#include "optimisers/sgd.hpp"

namespace mixcon_train {
inline namespace optimisers {

sgd::sgd(std::vector<parameter> parameters, double momentum, double weight_decay, bool nesterov)
    : optimiser(std::move(parameters)), momentum_(momentum), weight_decay_(weight_decay), nesterov_(nesterov) {
  make_state("momentum", velocities_);
}

tensor sgd::move(std::size_t k, const tensor& weights, const tensor& gradient, double rate) {
  const descended made = weights.on().descend(
      weights, gradient, velocities_[k],
      {.rate = rate, .momentum = momentum_, .decay = decay_of(k, weight_decay_), .nesterov = nesterov_});
  velocities_[k] = made.velocity;
  return made.weights;
}

}  // namespace optimisers
}  // namespace mixcon_train
