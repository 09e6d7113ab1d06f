// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/device_loss.hpp"

#include <utility>

namespace mixcon_train {
inline namespace autograd {

namespace detail {

namespace {
/// slopes g, for a loss's gradient g of shape (1).
tensor times(const tensor& slopes, const tensor& g) {
  device& on = g.on();
  if (on.operators() == nullptr) {
    const double upstream = number_in(g);
    return upstream == 1 ? slopes : on.scaled(slopes, upstream);
  }
  shape one = slopes.extents();
  for (int axis = 0; axis < one.rank(); ++axis) one[axis] = 1;
  return on.apply(binary::product, slopes, g.reshaped(one));
}
}  // namespace

pull scaled_slopes(tensor_list slopes) {
  return [slopes = std::move(slopes)](const tensor& g, const wanted_inputs& wanted) {
    tensor_list by(slopes.size());
    for (std::size_t k = 0; k < slopes.size(); ++k)
      if (wanted[k] && slopes[k]) by[k] = times(slopes[k], g);
    return by;
  };
}

variable loss_on_device(const std::type_index& types, const void* objective, const void* targets,
                        const kept_list<input_of_loss>& inputs, index_t* anchors_used) {
  device& on = inputs.front().rows.on();
  loss_kernels* const kernels = on.losses();
  if (kernels == nullptr || !kernels->has(types)) return {};
  variable_list all;
  for (const input_of_loss& input : inputs) all.push_back(input.rows);
  const wanted_inputs wanted = wanted_among(all);
  loss_call call{types, objective, targets};
  tensor_list slopes;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    slopes.push_back(wanted[k] ? on.empty(inputs[k].rows.extents()) : tensor());
    call.rows.push_back({on.dense(inputs[k].rows.value()), inputs[k].is_own, inputs[k].form, slopes.back()});
  }
  const value_of_loss found = kernels->evaluate(call);
  if (anchors_used != nullptr) *anchors_used = found.anchors_used;
  return {filled(on, {1}, found.value), std::move(all), scaled_slopes(std::move(slopes))};
}

}  // namespace detail

}  // namespace autograd
}  // namespace mixcon_train
