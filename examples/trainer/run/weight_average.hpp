// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/module.hpp"

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace run {

/// The exponential mean of a model's parameters and state over the steps of its training, for evaluation. Tarvainen and
/// Valpola 2017, arXiv:1703.01780. Early steps count more: the decay of step t is at most (1 + t) / (10 + t).
class weight_average {
 public:
  explicit weight_average(const module& model);

  /// Takes the model's present numbers in, after step `step` = 0, 1, ...
  void update(double decay, index_t step);
  /// Exchanges the model's numbers and the means; twice is nothing.
  void swap();

  struct named {
    std::string name{};
    tensor value{};
  };
  const std::vector<named>& means() const { return means_; }
  void set_mean(std::size_t k, const tensor& value) { means_[k].value = value; }

 private:
  std::vector<parameter> parameters_;
  std::vector<state_tensor> state_;
  std::vector<named> means_{};  // parameters, then state
};

}  // namespace run
}  // namespace mixcon_train
