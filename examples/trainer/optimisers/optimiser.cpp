// SPDX-License-Identifier: BSD-3-Clause
#include "optimisers/optimiser.hpp"

namespace mixcon_train {
inline namespace optimisers {

void optimiser::step(double rate) {
  begin_step();
  for (std::size_t k = 0; k < parameters_.size(); ++k) {
    const variable& parameter = parameters_[k].value;
    if (!parameter.gradient()) continue;
    device& on = parameter.on();
    parameter.set(move(k, on.dense(parameter.value()), on.dense(parameter.gradient()), rate));
    parameter.clear_gradient();
  }
}

std::vector<state_tensor> optimiser::state() {
  std::vector<state_tensor> all;
  for (const auto& [name, tensors] : state_)
    for (std::size_t k = 0; k < tensors->size(); ++k) all.push_back({name + '.' + parameters_[k].name, &(*tensors)[k]});
  return all;
}

void optimiser::make_state(const std::string& name, std::vector<tensor>& of) {
  for (const parameter& p : parameters_) of.push_back(filled(p.value.on(), p.value.extents(), 0));
  state_.emplace_back(name, &of);
}

}  // namespace optimisers
}  // namespace mixcon_train
