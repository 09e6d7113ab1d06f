// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/module.hpp"

#include <string>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace optimisers {

/// What moves parameters by the gradients that `backward` left. Its numbers are tensors and counts with names, so that
/// a checkpoint saves and sets any optimiser: "momentum.stage1.block0.conv1.weight".
class optimiser {
 public:
  explicit optimiser(std::vector<parameter> parameters) : parameters_(std::move(parameters)) {}
  optimiser(const optimiser&) = delete;
  optimiser& operator=(const optimiser&) = delete;
  virtual ~optimiser() = default;

  /// One step, after which gradients are cleared. A parameter without one, such as a frozen one, is left alone.
  void step(double rate);

  const std::vector<parameter>& parameters() const { return parameters_; }
  /// In a fixed order; set them in place.
  std::vector<state_tensor> state();
  std::vector<state_count> counts() const { return counts_; }

 protected:
  /// Called once a step, before `move`.
  virtual void begin_step() {}
  /// The new value of parameter k, whose weights and gradient are dense. Tensors are shared and not written again: it
  /// makes new ones, from memory that the device keeps.
  virtual tensor move(std::size_t k, const tensor& weights, const tensor& gradient, double rate) = 0;

  /// Zeros, one tensor for each parameter, that are state under "NAME." and the parameter's name.
  void make_state(const std::string& name, std::vector<tensor>& of);
  void register_count(const std::string& name, index_t& value) { counts_.push_back({name, &value}); }
  double decay_of(std::size_t k, double weight_decay) const { return parameters_[k].decays ? weight_decay : 0; }

 private:
  std::vector<parameter> parameters_;
  std::vector<std::pair<std::string, std::vector<tensor>*>> state_{};
  std::vector<state_count> counts_{};
};

}  // namespace optimisers
}  // namespace mixcon_train
