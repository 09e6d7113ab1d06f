// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/module.hpp"

#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace run {

/// Stochastic gradient descent with momentum and weight decay: v = momentum v + gradient + decay w, w -= rate v.
class sgd {
 public:
  sgd(std::vector<parameter> parameters, double momentum, double weight_decay);

  /// One step by the gradients that `backward` left, which are cleared. A parameter without one is left alone.
  void step(double rate);

  const std::vector<parameter>& parameters() const { return parameters_; }
  /// The momenta, one a parameter, in their order.
  const std::vector<tensor>& velocities() const { return velocities_; }
  void set_velocities(std::vector<tensor> velocities) { velocities_ = std::move(velocities); }

 private:
  std::vector<parameter> parameters_;
  std::vector<tensor> velocities_{};
  double momentum_, weight_decay_;
};

}  // namespace run
}  // namespace mixcon_train
