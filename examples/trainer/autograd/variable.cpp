// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/variable.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace mixcon_train {
inline namespace autograd {

namespace {
thread_local std::uint64_t variables_made = 0;
thread_local int evaluating = 0;
thread_local std::uint64_t ways_back = 0;      // calls of `backward`
thread_local std::size_t nodes_last_time = 0;  // as many as there will be, mostly
}  // namespace

struct variable::kept {
  tensor value, gradient;
  bool wanted = false;
  std::uint64_t made = ++variables_made;  // inputs are made before what is made of them
  std::uint64_t seen = 0;                 // the last call of `backward` that found it
  variable_list inputs;
  pull through;
};

variable::variable(const tensor& value, bool wanted) : kept_(make_kept<kept>()) {
  kept_->value = value;
  kept_->wanted = wanted;
}
variable::variable(const tensor& value, variable_list inputs, pull through) : variable(value) {
  const bool wanted = std::any_of(inputs.begin(), inputs.end(), [](const variable& x) { return x.wants_gradient(); });
  if (!wanted || evaluating > 0) return;
  kept_->wanted = true;
  kept_->inputs = std::move(inputs);
  kept_->through = std::move(through);
}
variable::variable(const tensor& value, const variable& input, single_pull through)
    : variable(value, variable_list{input},
               [through = std::move(through)](const tensor& upstream, const wanted_inputs&) {
                 return tensor_list{through(upstream)};
               }) {}

const tensor& variable::value() const { return kept_->value; }
bool variable::wants_gradient() const { return kept_->wanted; }
void variable::want_gradient(bool wanted) const { kept_->wanted = wanted; }
const tensor& variable::gradient() const { return kept_->gradient; }
void variable::clear_gradient() const { kept_->gradient = {}; }
void variable::set_gradient(const tensor& gradient) const { kept_->gradient = gradient; }
void variable::set(const tensor& value) const { kept_->value = value; }
double variable::number() const { return number_in(value()); }
tensor* variable::place() const { return &kept_->value; }

void backward(const variable& loss, double upstream) {
  if (loss.extents().size() != 1)
    throw std::invalid_argument("backward: the loss has shape " + to_string(loss.extents()) +
                                "; expected one number. Reduce it first");
  if (!loss.wants_gradient())
    throw std::invalid_argument(
        "backward: the loss depends on nothing that wants a gradient; were its parameters made with wanted = true, and "
        "outside of without_gradients?");
  const std::uint64_t now = ++ways_back;
  variable_list found;
  found.reserve(nodes_last_time);
  found.push_back(loss);
  for (std::size_t k = 0; k < found.size(); ++k) {
    const variable_list& inputs = found[k].kept_->inputs;  // of the node, which stays where it is
    for (const variable& input : inputs)
      if (input.wants_gradient() && std::exchange(input.kept_->seen, now) != now) found.push_back(input);
  }
  nodes_last_time = found.size();
  std::sort(found.begin(), found.end(),
            [](const variable& a, const variable& b) { return a.kept_->made > b.kept_->made; });

  loss.kept_->gradient = filled(loss.on(), loss.extents(), upstream);
  wanted_inputs wanted;
  for (const variable& at : found) {
    variable::kept& node = *at.kept_;
    if (!node.through) continue;  // a parameter keeps its gradient
    const variable_list inputs = std::exchange(node.inputs, {});
    const pull through = std::exchange(node.through, {});
    const tensor arrived = std::exchange(node.gradient, {});
    if (!arrived) continue;
    wanted.clear();
    for (const variable& input : inputs) wanted.push_back(input.wants_gradient());
    const tensor_list by_input = through(arrived, wanted);
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      tensor& sum = inputs[k].kept_->gradient;
      if (k < by_input.size() && by_input[k] && wanted[k]) sum = sum ? sum.on().sum(sum, by_input[k]) : by_input[k];
    }
  }
}

wanted_inputs wanted_among(const variable_list& inputs) {
  wanted_inputs wanted;
  for (const variable& x : inputs) wanted.push_back(evaluating == 0 && x.wants_gradient());
  return wanted;
}

without_gradients::without_gradients() { ++evaluating; }
without_gradients::~without_gradients() { --evaluating; }

}  // namespace autograd
}  // namespace mixcon_train
