// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/operators.hpp"
#include "nn/layer.hpp"

namespace mixcon_train {
inline namespace nn {

/// x (N, F) to (N, O), with bias. Weights are normal with variance 1 / F.
class linear_layer final : public layer {
 public:
  linear_layer(device& on, index_t features, index_t outputs, const weight_draws& draws);
  variable forward(const variable& x) override { return linear(x, weight_, bias_); }

  const variable& weight() const { return weight_; }  ///< (O, F)
  const variable& bias() const { return bias_; }      ///< (O)

 private:
  variable weight_, bias_;
};

/// A convolution, without bias unless asked for. Weights are normal with variance 2 / (outputs * size^2), He et al.
/// 2015 by fan-out, or with a deviation of one's own; the bias begins at 0.
class conv_layer final : public layer {
 public:
  struct start {
    bool has_bias = false;
    double deviation = 0;  ///< of the weights; 0: He et al.
  };
  conv_layer(device& on, index_t channels, index_t outputs, index_t size, const convolution_rule& rule,
             const weight_draws& draws, const start& with);
  conv_layer(device& on, index_t channels, index_t outputs, index_t size, const convolution_rule& rule,
             const weight_draws& draws)
      : conv_layer(on, channels, outputs, size, rule, draws, start{}) {}
  variable forward(const variable& x) override { return conv2d(x, weight_, rule_, bias_); }

  const variable& weight() const { return weight_; }  ///< (O, C, size, size)
  const variable& bias() const { return bias_; }      ///< (O), or empty

 private:
  convolution_rule rule_;
  variable weight_, bias_{};
};

/// Batch normalisation of channels or features, with a rectifier behind it where that is asked for.
class norm_layer final : public layer {
 public:
  norm_layer(device& on, index_t channels, bool rectifies);
  variable forward(const variable& x) override {
    return batch_norm(x, scale_, shift_, running_, is_training(), rectifies_);
  }

 private:
  variable scale_, shift_;
  running_statistics running_;
  bool rectifies_;
};

}  // namespace nn
}  // namespace mixcon_train
