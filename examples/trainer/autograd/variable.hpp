// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/host_numbers.hpp"
#include "devices/kept_memory.hpp"

#include <cstdint>
#include <memory>

// Reverse-mode differentiation. An operator computes a value and leaves a node: which variables it came from, and how a
// gradient with respect to the value becomes gradients with respect to those. `backward` visits the nodes from the last
// to the first and lets each one pull the gradient through itself.
namespace mixcon_train {
inline namespace autograd {

class variable;

// Lists and functions of operators lie in kept memory: a step allocates none.
using variable_list = kept_list<variable>;
using tensor_list = kept_list<tensor>;
/// Which inputs of an operator want a gradient, in their order.
using wanted_inputs = kept_list<bool>;
/// Given the gradient by an operator's value: the gradient by each of its inputs, in their order; those that are not
/// wanted may be left empty, and should be where they cost time.
using pull = kept_function<tensor_list(const tensor& upstream, const wanted_inputs& wanted)>;
/// The same of an operator with one input.
using single_pull = kept_function<tensor(const tensor& upstream)>;

/// A tensor that remembers where it came from. Copies are the same variable.
class variable {
 public:
  variable() = default;
  /// A constant, or (wanted) something that one wants the gradient by: a parameter.
  explicit variable(const tensor& value, bool wanted = false);
  /// The value of an operator. Without an input that wants a gradient it is a constant, and `through` is dropped.
  variable(const tensor& value, variable_list inputs, pull through);
  variable(const tensor& value, const variable& input, single_pull through);

  explicit operator bool() const { return kept_ != nullptr; }
  const tensor& value() const;
  const shape& extents() const { return value().extents(); }
  device& on() const { return value().on(); }
  bool wants_gradient() const;
  /// Freezes a parameter (false) or thaws it: operators that are called from now on treat it as asked.
  void want_gradient(bool wanted) const;

  /// The sum of what `backward` brought here since the last `clear_gradient`; empty before.
  const tensor& gradient() const;
  void clear_gradient() const;
  /// Another gradient in the place of what `backward` brought: the sum over ranks.
  void set_gradient(const tensor& gradient) const;
  /// Another value in the same place, as an optimiser sets it.
  void set(const tensor& value) const;
  /// The number of a loss.
  double number() const;
  /// Where the value stands, for what restores it in place, as a checkpoint does. It lives as long as the variable.
  tensor* place() const;

 private:
  struct kept;
  std::shared_ptr<kept> kept_;
  friend void backward(const variable& loss, double upstream);
};

/// Adds `upstream` times the gradient of a loss, of shape (1), to every parameter that it came from, and gives the
/// memory of the way there back. Gradients are added in one order, whatever happened before.
void backward(const variable& loss, double upstream = 1);

/// The value alone: gradients stop here.
inline variable constant(const variable& x) { return variable(x.value()); }
/// Which of these want a gradient now: none while a `without_gradients` exists. For operators that compute gradients
/// together with the value.
wanted_inputs wanted_among(const variable_list& inputs);

/// While one exists, operators leave no nodes: for evaluation.
class without_gradients {
 public:
  without_gradients();
  ~without_gradients();
  without_gradients(const without_gradients&) = delete;
  without_gradients& operator=(const without_gradients&) = delete;
};

}  // namespace autograd
}  // namespace mixcon_train
