// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/variable.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <unordered_set>
#include <utility>

namespace mixcon_train {
inline namespace autograd {

namespace {
thread_local std::uint64_t variables_made = 0;
thread_local int evaluating = 0;
}  // namespace

struct variable::kept {
  tensor value, gradient;
  bool wanted = false;
  std::uint64_t made = ++variables_made;  // inputs are made before what is made of them
  std::vector<variable> inputs;
  pull through;
};

variable::variable(const tensor& value, bool wanted) : kept_(std::make_shared<kept>()) {
  kept_->value = value;
  kept_->wanted = wanted;
}
variable::variable(const tensor& value, std::vector<variable> inputs, pull through) : variable(value) {
  const bool wanted = std::any_of(inputs.begin(), inputs.end(), [](const variable& x) { return x.wants_gradient(); });
  if (!wanted || evaluating > 0) return;
  kept_->wanted = true;
  kept_->inputs = std::move(inputs);
  kept_->through = std::move(through);
}

const tensor& variable::value() const { return kept_->value; }
bool variable::wants_gradient() const { return kept_->wanted; }
void variable::want_gradient(bool wanted) const { kept_->wanted = wanted; }
const tensor& variable::gradient() const { return kept_->gradient; }
void variable::clear_gradient() const { kept_->gradient = {}; }
void variable::set(const tensor& value) const { kept_->value = value; }
double variable::number() const {
  double read = 0;
  copy_numbers(value(), &read);
  return read;
}

void backward(const variable& loss, double upstream) {
  if (loss.extents().size() != 1)
    throw std::invalid_argument("backward: the loss has shape " + to_string(loss.extents()) +
                                "; expected one number. Reduce it first");
  if (!loss.wants_gradient())
    throw std::invalid_argument(
        "backward: the loss depends on nothing that wants a gradient; were its parameters made with wanted = true, and "
        "outside of without_gradients?");
  std::vector<variable> found{loss};
  std::unordered_set<std::uint64_t> seen{loss.kept_->made};
  for (std::size_t k = 0; k < found.size(); ++k)
    for (const variable& input : std::vector<variable>(found[k].kept_->inputs))
      if (input.wants_gradient() && seen.insert(input.kept_->made).second) found.push_back(input);
  std::sort(found.begin(), found.end(),
            [](const variable& a, const variable& b) { return a.kept_->made > b.kept_->made; });

  loss.kept_->gradient = filled(loss.on(), loss.extents(), upstream);
  for (const variable& at : found) {
    variable::kept& node = *at.kept_;
    if (!node.through) continue;  // a parameter keeps its gradient
    const std::vector<variable> inputs = std::exchange(node.inputs, {});
    const pull through = std::exchange(node.through, {});
    const tensor arrived = std::exchange(node.gradient, {});
    if (!arrived) continue;
    const std::vector<tensor> by_input = through(arrived);
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      tensor& sum = inputs[k].kept_->gradient;
      if (k < by_input.size() && by_input[k] && inputs[k].wants_gradient())
        sum = sum ? sum.on().sum(sum, by_input[k]) : by_input[k];
    }
  }
}

without_gradients::without_gradients() { ++evaluating; }
without_gradients::~without_gradients() { --evaluating; }

}  // namespace autograd
}  // namespace mixcon_train
