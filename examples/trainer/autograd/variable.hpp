// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/device.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

// Reverse-mode differentiation. An operator computes a value and leaves a node: which variables it came from, and how a
// gradient with respect to the value becomes gradients with respect to those. `backward` visits the nodes from the last
// to the first and lets each one pull the gradient through itself.
namespace mixcon_train {
inline namespace autograd {

class variable;

/// Given the gradient by an operator's value: the gradient by each of its inputs, in their order; an empty tensor where
/// there is none, or nobody wants it.
using pull = std::function<std::vector<tensor>(const tensor& upstream)>;

/// A tensor that remembers where it came from. Copies are the same variable.
class variable {
 public:
  variable() = default;
  /// A constant, or (wanted) something that one wants the gradient by: a parameter.
  explicit variable(const tensor& value, bool wanted = false);
  /// The value of an operator. Without an input that wants a gradient it is a constant, and `through` is dropped.
  variable(const tensor& value, std::vector<variable> inputs, pull through);

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
  /// Another value in the same place, as an optimiser sets it.
  void set(const tensor& value) const;
  /// The number of a loss.
  double number() const;

 private:
  struct kept;
  std::shared_ptr<kept> kept_;
  friend void backward(const variable& loss, double upstream);
};

/// Adds `upstream` times the gradient of a loss, of shape (1), to every parameter that it came from, and gives the
/// memory of the way there back. Gradients are added in one order, whatever happened before.
void backward(const variable& loss, double upstream = 1);

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
