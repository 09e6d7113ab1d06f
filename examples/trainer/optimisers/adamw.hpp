// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "optimisers/optimiser.hpp"

#include <vector>

namespace mixcon_train {
inline namespace optimisers {

/// AdamW: Adam with a weight decay of its own, outside of the adaptation.
///
///   m = first m + (1 - first) g,   s = second s + (1 - second) g^2,
///   w -= rate (m' / (sqrt(s') + epsilon) + decay w),   m', s': divided by 1 - first^t, 1 - second^t at step t
///
/// As usual the decay is multiplied by the rate; the paper multiplies it by the schedule alone. Without decay this is
/// Adam. Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2.
class adamw final : public optimiser {
 public:
  struct moments {
    double first = 0.9, second = 0.999, epsilon = 1e-8;
  };
  adamw(std::vector<parameter> parameters, double weight_decay, const moments& of);
  adamw(std::vector<parameter> parameters, double weight_decay) : adamw(std::move(parameters), weight_decay, {}) {}

 protected:
  void begin_step() override { ++steps_; }
  tensor move(std::size_t k, const tensor& weights, const tensor& gradient, double rate) override;

 private:
  std::vector<tensor> means_{}, squares_{};
  double weight_decay_;
  moments moments_;
  index_t steps_ = 0;
};

}  // namespace optimisers
}  // namespace mixcon_train
