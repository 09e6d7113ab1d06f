// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/host_device.hpp"
#include "devices/kept_memory.hpp"

#include <type_traits>

namespace mixcon_train {
inline namespace devices {

/// Row-major numbers of type T, float or double, and plain loops.
template <class T>
class plain_device : public host_device {
 public:
  number_type numbers() const override { return std::is_same_v<T, float> ? number_type::f32 : number_type::f64; }
  int threads() const override { return 1; }
  index_t allocations() const override { return allocations_; }
  tensor empty(const shape& extents) override;
  tensor dense(const tensor& x) override { return x; }
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

 private:
  static kept_list<T>& of(const tensor& x);
  index_t allocations_ = 0;
};

/// In double: what the gradients of operators are checked with, and other devices against.
using reference_device = plain_device<double>;
extern template class plain_device<float>;
extern template class plain_device<double>;

}  // namespace devices
}  // namespace mixcon_train
