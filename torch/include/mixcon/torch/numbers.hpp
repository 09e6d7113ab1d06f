// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Numbers of an objective that a network learns: temperature, scale and bias as tensors.

#include <mixcon/core/require.hpp>
#include <mixcon/engine/gradients.hpp>
#include <mixcon/torch/node.hpp>

#include <cmath>
#include <limits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Numbers of an objective that a network learns, as tensors of one element, float, double, bfloat16 or half. Each that
/// is defined stands for the objective's own, and has a gradient.
struct torch_numbers {
  at::Tensor temperature{};                                    // > 0, the loss's
  at::Tensor scale{};                                          // > 0, the objective's; CLIP's, exponentiated already
  at::Tensor log_scale{};                                      // its logarithm, instead of it
  at::Tensor bias{};                                           // of `plain_logits`, as SigLIP's
  double max_scale = std::numeric_limits<double>::infinity();  // > 0; log_scale has slope 0 where it goes beyond
};

namespace detail {

inline double number_in(const char* name, const at::Tensor& x) {
  require_host_tensor("torch_loss", name, x);
  MIXCON_REQUIRE(at::isFloatingType(x.scalar_type()), "torch_loss: ", name, " is of type ",
                 c10::toString(x.scalar_type()), "; expected a floating-point type, as Float");
  MIXCON_REQUIRE(x.numel() == 1, "torch_loss: ", name, " has ", x.numel(), " elements; expected one number");
  return x.item<double>();
}

/// The learned numbers of a call, among its inputs.
class placed_numbers {
 public:
  placed_numbers(torch_inputs& inputs, const torch_numbers& given) : max_scale_(given.max_scale) {
    MIXCON_REQUIRE(!given.scale.defined() || !given.log_scale.defined(),
                   "torch_loss: both scale and log_scale are given; they are one number, pass one of them");
    MIXCON_REQUIRE(max_scale_ > 0, "torch_loss: max_scale is ", max_scale_, "; expected a number > 0, as 100");
    temperature_ = place(inputs, "temperature", given.temperature);
    scale_ = place(inputs, "scale", given.scale);
    log_scale_ = place(inputs, "log_scale", given.log_scale);
    bias_ = place(inputs, "bias", given.bias);
  }

  /// The objective with these numbers in the place of its own.
  template <class Criterion>
  Criterion applied(Criterion objective, at::TensorList inputs) const {
    if (temperature_) {
      if constexpr (requires { objective.loss.temperature; })
        objective.loss.temperature = inputs[temperature_].item<double>();
      else
        MIXCON_REQUIRE(false, "torch_loss: a temperature is given, and this loss has none; give a scale");
    }
    if (scale_) objective.scale = inputs[scale_].item<double>();
    if (log_scale_) {
      const double scale = std::exp(inputs[log_scale_].item<double>());
      objective.scale = scale > max_scale_ ? max_scale_ : scale;  // NaN stays, and is refused
    }
    if (bias_) {
      if constexpr (requires { objective.logits.bias = 0.0; })
        objective.logits.bias = inputs[bias_].item<double>();
      else
        MIXCON_REQUIRE(false, "torch_loss: a bias is given, and these logits have no bias for all pairs; make the ",
                       "objective with plain_logits");
    }
    return objective;
  }

  /// Says where the gradients by these numbers go; an undefined tensor is not wanted.
  template <class T>
  void ask_for(gradients<T>& wanted, at::TensorList by_inputs) const {
    wanted.temperature = place_for(by_inputs, temperature_);
    wanted.scale = place_for(by_inputs, scale_ ? scale_ : log_scale_);
    wanted.bias = place_for(by_inputs, bias_);
  }
  /// Makes the gradient by the scale that by its logarithm, once it is there.
  void finish(at::TensorList inputs, at::TensorList by_inputs) const {
    double* const by = place_for(by_inputs, log_scale_);
    if (by == nullptr) return;
    const double scale = std::exp(inputs[log_scale_].item<double>());
    *by *= scale > max_scale_ ? 0 : scale;
  }

 private:
  /// 0, where rows are, for none.
  static std::size_t place(torch_inputs& inputs, const char* name, const at::Tensor& number) {
    if (!number.defined()) return 0;
    number_in(name, number);
    inputs.each.push_back(number);
    return inputs.each.size() - 1;
  }
  static double* place_for(at::TensorList by_inputs, std::size_t place) {
    return place != 0 && by_inputs[place].defined() ? by_inputs[place].data_ptr<double>() : nullptr;
  }

  double max_scale_;
  std::size_t temperature_ = 0, scale_ = 0, log_scale_ = 0, bias_ = 0;
};

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
