// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "optimisers/optimiser.hpp"

#include <vector>

namespace mixcon_train {
inline namespace optimisers {

/// LARS: descent with momentum whose rate follows each layer's weights, for large batches.
///
///   v = momentum v + rate trust |w| / (|g| + decay |w|) (g + decay w),   w -= v
///
/// Norms and biases, which do not decay, and weights or gradients of length 0 take `rate` as it is. You et al. 2017,
/// arXiv:1708.03888, algorithm 1.
class lars final : public optimiser {
 public:
  lars(std::vector<parameter> parameters, double momentum, double weight_decay, double trust = 0.001);

 protected:
  tensor move(std::size_t k, const tensor& weights, const tensor& gradient, double rate) override;

 private:
  std::vector<tensor> velocities_{};
  double momentum_, weight_decay_, trust_;
};

}  // namespace optimisers
}  // namespace mixcon_train
