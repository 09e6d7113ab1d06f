// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/operators.hpp"
#include "nn/layer.hpp"

#include <cstdint>

namespace mixcon_train {
inline namespace nn {

/// Gives every layer of a network a seed of its own, in the order in which they are made.
class layer_seeds {
 public:
  explicit layer_seeds(std::uint64_t seed) : next_(seed * 0x9E3779B97F4A7C15) {}
  std::uint64_t next() { return ++next_; }

 private:
  std::uint64_t next_;
};

/// x (N, F) to (N, O), with bias. Weights are normal with variance 1 / F.
class linear_layer final : public layer {
 public:
  linear_layer(device& on, index_t features, index_t outputs, layer_seeds& seeds);
  variable forward(const variable& x) override { return linear(x, weight_, bias_); }

 private:
  variable weight_, bias_;
};

/// A convolution without bias. Weights are normal with variance 2 / (outputs * size^2): He et al. 2015, by fan-out.
class conv_layer final : public layer {
 public:
  conv_layer(device& on, index_t channels, index_t outputs, index_t size, const convolution_rule& rule,
             layer_seeds& seeds);
  variable forward(const variable& x) override { return conv2d(x, weight_, rule_); }

 private:
  convolution_rule rule_;
  variable weight_;
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
