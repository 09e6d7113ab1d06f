// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "optimisers/optimiser.hpp"

#include <vector>

namespace mixcon_train {
inline namespace optimisers {

/// Stochastic gradient descent with momentum and weight decay: d = gradient + decay w, v = momentum v + d, w -= rate v;
/// by Nesterov's rule w -= rate (d + momentum v), as in Sutskever et al. 2013.
class sgd final : public optimiser {
 public:
  sgd(std::vector<parameter> parameters, double momentum, double weight_decay, bool nesterov = false);

 protected:
  tensor move(std::size_t k, const tensor& weights, const tensor& gradient, double rate) override;

 private:
  std::vector<tensor> velocities_{};
  double momentum_, weight_decay_;
  bool nesterov_;
};

}  // namespace optimisers
}  // namespace mixcon_train
