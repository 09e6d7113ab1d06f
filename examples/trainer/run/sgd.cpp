// SPDX-License-Identifier: BSD-3-Clause
#include "run/sgd.hpp"

#include "devices/device.hpp"

#include <utility>

namespace mixcon_train {
inline namespace run {

sgd::sgd(std::vector<parameter> parameters, double momentum, double weight_decay)
    : parameters_(std::move(parameters)), momentum_(momentum), weight_decay_(weight_decay) {
  for (const parameter& p : parameters_) velocities_.push_back(filled(p.value.on(), p.value.extents(), 0));
}

void sgd::step(double rate) {
  for (std::size_t k = 0; k < parameters_.size(); ++k) {
    const variable& parameter = parameters_[k].value;
    if (!parameter.gradient()) continue;
    device& on = parameter.on();
    const tensor gradient = on.dense(parameter.gradient()), old = on.dense(parameter.value());
    // Tensors are shared and not written again: the step makes new ones, from memory that the device keeps.
    const tensor moved = on.empty(old.extents()), velocity = on.empty(old.extents());
    with_numbers(on, [&](auto number) {
      using T = decltype(number);
      const T momentum = static_cast<T>(momentum_), by = static_cast<T>(rate);
      const T decay = parameters_[k].decays ? static_cast<T>(weight_decay_) : T{};
      const T *w = numbers_of<T>(old), *g = numbers_of<T>(gradient), *v = numbers_of<T>(velocities_[k]);
      T *w_out = numbers_of<T>(moved), *v_out = numbers_of<T>(velocity);
      for (index_t j = 0; j < old.extents().size(); ++j) {
        v_out[j] = momentum * v[j] + g[j] + decay * w[j];
        w_out[j] = w[j] - by * v_out[j];
      }
    });
    velocities_[k] = velocity;
    parameter.set(moved);
    parameter.clear_gradient();
  }
}

}  // namespace run
}  // namespace mixcon_train
