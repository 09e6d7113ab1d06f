// SPDX-License-Identifier: BSD-3-Clause
#include "nn/module.hpp"

namespace mixcon_train {
inline namespace nn {

std::vector<parameter> module::parameters() const {
  std::vector<parameter> all = parameters_;
  for (const registered_part& of : parts_) {
    if (!of.is_trained) continue;
    for (const parameter& inner : of.part->parameters())
      all.push_back({of.name + '.' + inner.name, inner.value, inner.decays});
  }
  return all;
}
std::vector<state_tensor> module::state() const {
  std::vector<state_tensor> all = state_;
  for (const registered_part& of : parts_) {
    if (!of.is_trained)
      for (const parameter& inner : of.part->parameters())
        all.push_back({of.name + '.' + inner.name, inner.value.place()});
    for (const state_tensor& inner : of.part->state()) all.push_back({of.name + '.' + inner.name, inner.value});
  }
  return all;
}
std::vector<state_count> module::counts() const {
  std::vector<state_count> all = counts_;
  for (const registered_part& of : parts_)
    for (const state_count& inner : of.part->counts()) all.push_back({of.name + '.' + inner.name, inner.value});
  return all;
}
index_t module::parameter_count() const {
  index_t count = 0;
  for (const parameter& p : parameters()) count += p.value.extents().size();
  return count;
}

void module::set_training(bool training) {
  training_ = training;
  for (const registered_part& of : parts_) of.part->set_training(training);
}

void module::freeze(bool frozen) {
  for (const parameter& p : parameters()) p.value.want_gradient(!frozen);
}

variable module::make_parameter(const std::string& name, device& on, const shape& extents, const weight_draws& draws,
                                double deviation) {
  const weight_draws own = draws.within(name);
  std::vector<double> numbers;
  for (index_t k = 0; k < extents.size(); ++k) numbers.push_back(deviation * own.normal(k));
  parameters_.push_back({name, variable(tensor_of(on, extents, numbers.data()), true), true});
  return parameters_.back().value;
}
variable module::make_parameter(const std::string& name, device& on, const shape& extents, double value) {
  parameters_.push_back({name, variable(filled(on, extents, value), true), false});
  return parameters_.back().value;
}

}  // namespace nn
}  // namespace mixcon_train
