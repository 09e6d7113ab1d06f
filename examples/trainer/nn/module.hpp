// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"
#include "nn/weight_draws.hpp"

#include <string>
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
/// A whole number that belongs to a model's state: the position of a queue.
struct state_count {
  std::string name{};
  index_t* value = nullptr;
};

/// A tree of parameters, of state, and of the parts that have their own. Parts that are registered must be members of
/// what registers them, and so must state. What can be applied to a variable is a `layer`.
class module {
 public:
  module() = default;
  module(const module&) = delete;
  module& operator=(const module&) = delete;
  virtual ~module() = default;

  /// Of this part and all in it, in a fixed order, with dots in their names.
  std::vector<parameter> parameters() const;
  std::vector<state_tensor> state() const;
  std::vector<state_count> counts() const;
  index_t parameter_count() const;

  /// Whether batch statistics normalise (and running ones are gathered), or running statistics do. Training at first.
  void set_training(bool training);
  bool is_training() const { return training_; }

  /// Parameters of a frozen module want no gradient, so that `backward` neither computes nor keeps one; gradients still
  /// pass through it to its input. It concerns the parameters that exist now, in all parts; `false` undoes it.
  void freeze(bool frozen = true);

 protected:
  /// Numbers of a normal distribution of that deviation, drawn within the name.
  variable make_parameter(const std::string& name, device& on, const shape& extents, const weight_draws& draws,
                          double deviation);
  /// The same number everywhere; not decayed.
  variable make_parameter(const std::string& name, device& on, const shape& extents, double value);
  void register_state(const std::string& name, tensor& value) { state_.push_back({name, &value}); }
  void register_count(const std::string& name, index_t& value) { counts_.push_back({name, &value}); }
  void register_part(const std::string& name, module& part) { parts_.push_back({name, &part, true}); }
  /// A part that is not trained: its parameters are state, saved and restored, and no optimiser sees them.
  void register_constant_part(const std::string& name, module& part) { parts_.push_back({name, &part, false}); }

 private:
  struct registered_part {
    std::string name;
    module* part;
    bool is_trained;
  };
  std::vector<parameter> parameters_;
  std::vector<state_tensor> state_;
  std::vector<state_count> counts_;
  std::vector<registered_part> parts_;
  bool training_ = true;
};

}  // namespace nn
}  // namespace mixcon_train
