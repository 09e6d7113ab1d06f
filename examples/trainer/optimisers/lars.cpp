// SPDX-License-Identifier: BSD-3-Clause
#include "optimisers/lars.hpp"

#include <cmath>

namespace mixcon_train {
inline namespace optimisers {

namespace {
double length_of(const tensor& x) {
  device& on = x.on();
  shape one = x.extents();
  for (int axis = 0; axis < one.rank(); ++axis) one[axis] = 1;
  return std::sqrt(number_in(on.summed(on.apply(unary::square, x), one)));
}
}  // namespace

lars::lars(std::vector<parameter> parameters, double momentum, double weight_decay, double trust)
    : optimiser(std::move(parameters)), momentum_(momentum), weight_decay_(weight_decay), trust_(trust) {
  make_state("momentum", velocities_);
}

tensor lars::move(std::size_t k, const tensor& weights, const tensor& gradient, double rate) {
  double share = rate;
  if (parameters()[k].decays) {
    const double of_weights = length_of(weights), of_gradient = length_of(gradient);
    if (of_weights > 0 && of_gradient > 0) share *= trust_ * of_weights / (of_gradient + weight_decay_ * of_weights);
  }
  const descended made =
      weights.on().descend(weights, gradient, velocities_[k],
                           {.rate = 1, .momentum = momentum_, .decay = decay_of(k, weight_decay_), .share = share});
  velocities_[k] = made.velocity;
  return made.weights;
}

}  // namespace optimisers
}  // namespace mixcon_train
