// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/operators.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace nn {

/// A variable that is trained. Weight decay pulls at weights, not at norms and biases.
struct parameter {
  std::string name{};  ///< "stage1.block0.conv1.weight"
  variable value{};
  bool decays = true;
};
/// A tensor that belongs to a model's state without being trained: running statistics.
struct state_tensor {
  std::string name{};
  tensor* value = nullptr;
};

/// A part of a network: its parameters, its state, and the parts it is made of. Parts that are registered must be
/// members of what registers them.
class module {
 public:
  module() = default;
  module(const module&) = delete;
  module& operator=(const module&) = delete;
  virtual ~module() = default;

  virtual variable forward(const variable& x) = 0;

  /// Of this part and all in it, in a fixed order, with dots in their names.
  std::vector<parameter> parameters() const;
  std::vector<state_tensor> state() const;
  index_t parameter_count() const;

  /// Whether batch statistics normalise (and running ones are gathered), or running statistics do. Training at first.
  void set_training(bool training);
  bool is_training() const { return training_; }

 protected:
  /// Values of a normal distribution of that deviation, by the name and seed alone.
  variable make_parameter(const std::string& name, device& on, const shape& extents, std::uint64_t seed,
                          double deviation);
  variable make_parameter(const std::string& name, device& on, const shape& extents, double value);
  void register_state(const std::string& name, tensor& value) { state_.push_back({name, &value}); }
  void register_part(const std::string& name, module& part) { parts_.emplace_back(name, &part); }

 private:
  std::vector<parameter> parameters_;
  std::vector<state_tensor> state_;
  std::vector<std::pair<std::string, module*>> parts_;
  bool training_ = true;
};

}  // namespace nn
}  // namespace mixcon_train
