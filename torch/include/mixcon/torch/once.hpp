// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Gradients that may be used and not differentiated: they hang on what they depend on, and say so when asked for more.

#include <mixcon/core/config.hpp>

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/custom_function.h>

#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// A gradient with an edge to every tensor that it was computed from. Without these, `create_graph` would take it for a
/// constant, and a penalty on it would vanish without a word.
struct torch_once : ::torch::autograd::Function<torch_once> {
  using context = ::torch::autograd::AutogradContext;
  static at::Tensor forward(context*, const at::Tensor& gradient, at::TensorList /*computed_from*/) {
    return gradient.detach();
  }
  static ::torch::autograd::variable_list backward(context*, const ::torch::autograd::variable_list& /*upstream*/) {
    TORCH_CHECK_NOT_IMPLEMENTED(false,
                                "mixcon: a loss came to be differentiated twice; it has first derivatives only. "
                                "Leave it out of what create_graph=True is for, or detach its gradient.");
  }
};

/// A gradient as backward returns it.
inline at::Tensor differentiable_once(const at::Tensor& gradient, const at::Tensor& upstream, at::TensorList inputs) {
  if (!at::GradMode::is_enabled()) return gradient;
  std::vector<at::Tensor> from{upstream};
  from.insert(from.end(), inputs.begin(), inputs.end());
  return torch_once::apply(gradient, at::TensorList(from));
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
