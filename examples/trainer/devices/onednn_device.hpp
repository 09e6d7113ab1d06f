// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/host_device.hpp"

#include <memory>

namespace mixcon_train {
inline namespace devices {

/// What activations, their gradients and the weights of convolutions are stored and multiplied as. Parameters, sums,
/// statistics and everything outside of convolutional layers are float either way.
enum class precision { fp32, bf16 };

/// The processor through oneDNN: convolutions, normalisation and pooling in the blocked layouts that its kernels like
/// best, which tensors keep from layer to layer; rows and parameters dense. Outlives its tensors. Activations are
/// computed slice by slice when they are read (slice_block.hpp), and a batch is cut into slices by its size alone:
/// results do not depend on the number of threads, bit for bit.
class onednn_device final : public host_device {
 public:
  /// Whether this processor can: oneDNN has kernels for bfloat16 where there is AVX-512.
  static bool has(precision activations);
  /// `threads` >= 1 for its kernels and mixcon's; 0: one a core. A precision that the processor does not have is
  /// refused.
  explicit onednn_device(precision activations = precision::fp32, int threads = 0);
  ~onednn_device() override;

  number_type numbers() const override { return number_type::f32; }
  int threads() const override;
  void set_threads(int threads) override;
  index_t allocations() const override;
  tensor empty(const shape& extents) override;
  tensor dense(const tensor& x) override;
  void* data(const tensor& dense) override;
  tensor sum(const tensor& a, const tensor& b) override;
  tensor scaled(const tensor& x, double factor) override;
  tensor convolution(const tensor& x, const tensor& weights, const convolution_rule& rule) override;
  tensor convolution_by_x(const tensor& upstream, const tensor& x, const tensor& weights,
                          const convolution_rule& rule) override;
  tensor convolution_by_weights(const tensor& upstream, const tensor& x, const tensor& weights,
                                const convolution_rule& rule) override;
  norm_pass batch_norm(const tensor& x, const tensor& scale, const tensor& shift, bool rectify) override;
  norm_gradients batch_norm_gradients(const tensor& upstream, const tensor& x, const tensor& scale, const tensor& shift,
                                      const norm_pass& pass, bool rectify) override;
  tensor batch_norm_fixed(const tensor& x, const tensor& scale, const tensor& shift, const tensor& mean,
                          const tensor& variance, bool rectify) override;
  tensor relu(const tensor& x) override;
  tensor relu_of_sum(const tensor& a, const tensor& b) override;
  tensor relu_gradient(const tensor& upstream, const tensor& out) override;
  tensor average_pool(const tensor& x) override;
  tensor average_pool_gradient(const tensor& upstream, const tensor& x) override;
  tensor max_pool(const tensor& x, const pooling_rule& rule, std::shared_ptr<storage>& workspace) override;
  tensor max_pool_gradient(const tensor& upstream, const tensor& x, const tensor& out, const pooling_rule& rule,
                           const std::shared_ptr<storage>& workspace) override;
  tensor product(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b) override;
  tensor batched_product(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b) override;

 private:
  class kernels;
  std::unique_ptr<kernels> kernels_;
};

}  // namespace devices
}  // namespace mixcon_train
