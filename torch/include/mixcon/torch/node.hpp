// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A loss as a node of torch's graph: what computes it is called once, and backward only multiplies.

#include <mixcon/core/config.hpp>
#include <mixcon/torch/once.hpp>
#include <mixcon/torch/tensor.hpp>

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cstddef>
#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// What computes a loss, of any type, which must outlive this: of the inputs the value, and those gradients that are
/// defined, in the order of the inputs.
class torch_call {
 public:
  template <class Call>
  explicit torch_call(const Call& call)
      : call_(&call), run_([](const void* given, at::TensorList inputs, at::TensorList by_inputs) {
          return (*static_cast<const Call*>(given))(inputs, by_inputs);
        }) {}
  double operator()(at::TensorList inputs, at::TensorList by_inputs) const { return run_(call_, inputs, by_inputs); }

 private:
  const void* call_;
  double (*run_)(const void*, at::TensorList, at::TensorList);
};

/// The tensors of a call: matrices first, whose gradients are of the type computed in; then numbers of one element,
/// whose gradients are double.
struct torch_inputs {
  std::vector<at::Tensor> each;
  std::size_t matrices = 0;

  /// Adds a matrix, before any number, and says at which place it is. Its gradient is its own, also where the tensor is
  /// there already.
  std::size_t add(const at::Tensor& matrix) {
    each.push_back(matrix);
    return matrices++;
  }
};

/// The type that rows of a tensor are computed in.
inline at::ScalarType type_computed_in(const at::Tensor& rows) {
  return rows.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

struct torch_loss_node : ::torch::autograd::Function<torch_loss_node> {
  using context = ::torch::autograd::AutogradContext;
  using tensors = ::torch::autograd::variable_list;

  static at::Tensor forward(context* node, at::TensorList inputs, std::size_t matrices, const torch_call& call,
                            bool differentiable) {
    const auto computed_in = at::TensorOptions().dtype(type_computed_in(inputs[0]));
    tensors kept(inputs.size());  // the gradients, and then the inputs
    for (std::size_t k = 0; k < inputs.size(); ++k)
      if (differentiable && inputs[k].requires_grad())
        kept[k] = k < matrices ? at::empty(inputs[k].sizes(), computed_in) : at::zeros({}, at::kDouble);
    const double value = call(inputs, kept);
    kept.insert(kept.end(), inputs.begin(), inputs.end());
    node->save_for_backward((std::move)(kept));
    return at::scalar_tensor(value, computed_in);
  }

  // The inputs are looked at so that a change in place is noticed.
  static tensors backward(context* node, const tensors& upstream) {
    const tensors saved = node->get_saved_variables();
    const std::size_t count = saved.size() / 2;
    const at::TensorList inputs = at::TensorList(saved).slice(count);
    tensors by_inputs(count + 3);
    for (std::size_t k = 0; k < count; ++k) {
      if (!saved[k].defined()) continue;
      const at::Tensor by_input = saved[k].mul(upstream[0]).to(inputs[k].scalar_type()).view(inputs[k].sizes());
      by_inputs[k] = differentiable_once(by_input, upstream[0], inputs);
    }
    return by_inputs;
  }
};

/// A loss of these inputs as a scalar of torch's graph.
template <class Call>
at::Tensor as_torch_node(const torch_inputs& inputs, const Call& call) {
  const at::TensorList each = inputs.each;
  return torch_loss_node::apply(each, inputs.matrices, torch_call(call), at::GradMode::is_enabled());
}

/// The view of a gradient that is wanted; an empty one of one that is not.
template <class T>
tensor_view<T, 2> view_of_gradient(const at::Tensor& gradient) {
  return gradient.defined() ? view_of_torch<T, 2>("torch_loss", "a gradient", gradient) : tensor_view<T, 2>{};
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
